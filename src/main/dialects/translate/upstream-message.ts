import { isJson, stringOf } from './exact-json.ts';

/** The sentence in an upstream's error body, or the body's beginning where it has another shape. */
export function errorMessageOf(status: number, body: Buffer): string {
  const text = body.toString();
  const said = parsed(text);
  const error = isJson(said) ? said['error'] : null;
  const message = isJson(error) ? stringOf(error['message']) : stringOf(error);
  const detail = isJson(said) ? (stringOf(said['message']) ?? stringOf(said['detail'])) : null;
  return (
    message ?? detail ?? (text.trim() === '' ? `The upstream answered with status ${status}.` : text.slice(0, 2000))
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
