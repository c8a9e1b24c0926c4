import { type Json, isJson, parseExactly, stringOf } from './exact-json.ts';

/** How a signature begins that this gateway made. */
const MARK = 'tiergate.';

/**
 * Packs what an OpenAI reasoning item needs to be continued into the opaque signature of a thinking block. It is bound to
 * the account, because no other can open what is in it.
 */
export function sealReasoning(account: string, item: Json): string {
  const sealed = JSON.stringify({ account, id: item['id'], content: item['encrypted_content'] ?? null });
  return MARK + Buffer.from(sealed).toString('base64url');
}

/** The reasoning item behind a signature; null when it is of another maker or for another account. */
export function openReasoning(account: string, signature: unknown, thinking: string): Json | null {
  if (typeof signature !== 'string' || !signature.startsWith(MARK)) return null;
  const sealed = parsed(Buffer.from(signature.slice(MARK.length), 'base64url').toString());
  if (!isJson(sealed) || sealed['account'] !== account) return null;
  const id = stringOf(sealed['id']);
  const content = stringOf(sealed['content']);
  if (id === null || content === null) return null;
  return {
    type: 'reasoning',
    id,
    summary: thinking === '' ? [] : [{ type: 'summary_text', text: thinking }],
    encrypted_content: content,
  };
}

function parsed(text: string): unknown {
  try {
    return parseExactly(text);
  } catch {
    return null;
  }
}
