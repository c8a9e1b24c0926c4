import { z } from 'zod';

/** Where OpenAI's tokens say which account they are for. */
const AUTH_CLAIM = 'https://api.openai.com/auth';

const ClaimsSchema = z.object({
  exp: z.number().optional(),
  [AUTH_CLAIM]: z.object({ chatgpt_account_id: z.string().optional() }).optional(),
});

/** What a token says of itself; it proves nothing, and is believed only because it came with the login. */
export interface TokenClaims {
  /** In milliseconds since the epoch. */
  readonly expiresAt: number | null;
  readonly accountId: string | null;
}

/** Reads the claims of a JSON web token; of any other text nothing. */
export function tokenClaims(token: string): TokenClaims {
  const nothing = { expiresAt: null, accountId: null };
  const [, payload, signature] = token.split('.');
  if (payload === undefined || signature === undefined) return nothing;
  try {
    const { data } = ClaimsSchema.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
    return {
      expiresAt: data?.exp === undefined ? null : Math.floor(data.exp * 1000),
      accountId: data?.[AUTH_CLAIM]?.chatgpt_account_id ?? null,
    };
  } catch {
    return nothing;
  }
}
