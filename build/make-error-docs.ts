import { writeFileSync } from 'node:fs';
import { ERRORS, type ErrorCode, messageOf } from '../src/shared/errors.ts';

/** Where the page lies. */
export const ERROR_DOCS = new URL('../docs/errors.md', import.meta.url);

const INTRO = `# Errors

<!-- Made from src/shared/errors.ts by "node build/make-error-docs.ts"; edit that file, not this one. -->

Every failure Tiergate can name has a code, and each code one entry here. A tool gets the code as \`error.code\` of the answer, with the
HTTP status, the type and the message; a dialect with other types translates them. The window and the command line show the message and
the next step. The ledger keeps the code of a turn that failed. Programs should look at the code, never at the text.

\`…\` stands for what is particular to the case. A failure without a status is never an answer to a request: it is shown in the window, by the
command line, or in the ledger. An answer that an upstream gave goes through as it is, with its own status and code; the ledger then says
\`upstream_<status>\`.`;

/** Renders the whole page. */
export function errorDocs(): string {
  const codes = Object.keys(ERRORS) as ErrorCode[];
  const contents = codes.map((code) => `| [\`${code}\`](#${code}) | ${ERRORS[code].status ?? '–'} |`);
  return (
    [INTRO, ['| code | status |', '| --- | --- |', ...contents].join('\n'), ...codes.map(section), '']
      .join('\n\n')
      .trimEnd() + '\n'
  );
}

function section(code: ErrorCode): string {
  const { status, type, cause, next } = ERRORS[code];
  return [
    `## ${code}`,
    `> ${plain(messageOf(code, '…'))}`,
    [
      ...(status === null ? [] : [`- **Status:** ${status}, type \`${type}\``]),
      `- **Cause:** ${plain(cause)}`,
      `- **Next step:** ${plain(next)}`,
    ].join('\n'),
  ].join('\n\n');
}

/** Text in which no character means anything to Markdown. */
function plain(text: string): string {
  return text.replaceAll(/[\\`*_<>[\]|]/g, '\\$&');
}

if (import.meta.main) writeFileSync(ERROR_DOCS, errorDocs());
