import type { z } from 'zod';
import { type Said, say } from './sentences.ts';

/** One thing wrong with a document, and where. */
export interface Problem {
  /** As people write it: `policy.rules[0].action`; empty for the document itself. */
  readonly path: string;
  readonly message: Said;
}

type Issue = z.core.$ZodIssue;

/** What is wrong with a document, with the path of each member at fault. */
export function problemsOf(error: z.ZodError): Problem[] {
  return error.issues.flatMap((issue) => problemsAt([], issue));
}

/** The problems as one line for a person. */
export function problemsText(problems: readonly Problem[]): string {
  return problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
}

function problemsAt(above: readonly PropertyKey[], issue: Issue): Problem[] {
  const path = [...above, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: pathText([...path, key]), message: say('member_unknown') }));
    case 'invalid_key':
    case 'invalid_element':
      return issue.issues.flatMap((inner) => problemsAt(path, inner));
    case 'invalid_union': {
      // The form that it comes nearest to is the one that was meant.
      const [nearest] = [...issue.errors].sort((one, other) => one.length - other.length);
      if (nearest !== undefined) return nearest.flatMap((inner) => problemsAt(path, inner));
      return [{ path: pathText(path), message: say('member_wrong') }];
    }
    default:
      return [{ path: pathText(path), message: wordsOf(issue) }];
  }
}

function wordsOf(issue: Issue): Said {
  switch (issue.code) {
    case 'invalid_type':
      return typeWords(issue.expected);
    case 'invalid_value':
      return say('member_choice', { options: issue.values.map(String).join(', ') });
    case 'too_small':
      return leastWords(issue);
    case 'too_big':
      return mostWords(issue);
    case 'invalid_format':
      if (issue.format === 'datetime') return say('member_moment');
      if (issue.format === 'url') return say('member_address');
      // A pattern and a rule of its own bring words of their own, of the list.
      return issue.message as Said;
    case 'custom':
      return issue.message as Said;
    default:
      return say('member_wrong');
  }
}

function typeWords(expected: string): Said {
  switch (expected) {
    case 'string':
      return say('member_text');
    case 'number':
      return say('member_number');
    case 'int':
      return say('member_whole');
    case 'boolean':
      return say('member_switch');
    case 'array':
      return say('member_list');
    case 'object':
    case 'record':
      return say('member_object');
    default:
      return say('member_wrong');
  }
}

function leastWords({ origin, minimum, inclusive }: z.core.$ZodIssueTooSmall): Said {
  const least = String(minimum);
  if (origin === 'string' || origin === 'array') {
    if (least === '1') return say('member_empty');
    return say(origin === 'string' ? 'member_short' : 'member_few', { least });
  }
  return say(inclusive === false ? 'member_above' : 'member_least', { least });
}

function mostWords({ origin, maximum }: z.core.$ZodIssueTooBig): Said {
  const most = String(maximum);
  if (origin === 'string') return say('member_long', { most });
  return say(origin === 'array' ? 'member_many' : 'member_most', { most });
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('');
}
