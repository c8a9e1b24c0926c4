import { type Json, isJson, parseExactly } from '../translate/exact-json.ts';

/** One event of a stream that has been taken in whole. */
export interface EventBlock {
  /** As it came, its empty line included. */
  readonly text: string;
  /** Null for an event whose data is no JSON object. */
  readonly json: Json | null;
}

/** The events of a stream, in their order. */
export function eventBlocks(answer: Buffer): EventBlock[] {
  return answer
    .toString('utf8')
    .split(/(?<=\n\r?\n)/)
    .map((text) => ({ text, json: dataOf(text) }));
}

function dataOf(text: string): Json | null {
  const lines = text.split(/\r?\n/).filter((line) => line.startsWith('data:'));
  return lines.length === 0 ? null : jsonOf(lines.map((line) => line.slice('data:'.length).trimStart()).join('\n'));
}

/** The same event with other data. */
export function withData({ text }: EventBlock, json: Json): string {
  const name = /^event:.*$/m.exec(text)?.[0].trimEnd();
  return `${name === undefined ? '' : `${name}\n`}data: ${JSON.stringify(json)}\n\n`;
}

/** Text as a JSON object; null where it is none. */
export function jsonOf(text: string): Json | null {
  try {
    const json = parseExactly(text);
    return isJson(json) ? json : null;
  } catch {
    return null;
  }
}
