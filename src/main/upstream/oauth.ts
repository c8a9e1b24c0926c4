import * as oauth from 'oauth4webapi';
import { type Dispatcher, fetch } from 'undici';
import { z } from 'zod';
import type { Login } from '../secrets/login.ts';
import { tokenClaims } from '../secrets/token-claims.ts';

/** Who renews logins, and as whom it is asked. */
export interface LoginServer {
  readonly issuer: string;
  readonly tokenEndpoint: string;
  readonly clientId: string;
}

/** Where Codex logs in to ChatGPT; the client is Codex's public one, for which the login was made. */
export const CHATGPT_LOGIN: LoginServer = {
  issuer: 'https://auth.openai.com',
  tokenEndpoint: 'https://auth.openai.com/oauth/token',
  clientId: 'app_EMoamEEZ73f0CkXaXp7hrann',
};

/** A login made new, one that will never be, or a failure that may pass. */
export type Renewal = { readonly login: Login } | { readonly refused: string } | { readonly failed: string };

/** What a renewal needs beside the login. */
export interface RenewalOptions {
  readonly server: LoginServer;
  readonly now: () => number;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
  /** The connections to the server, by the way out that the login's account has. */
  readonly dispatcher: Dispatcher;
}

const PATIENCE_MS = 30_000;

/** How the server says that a login is over, whatever the status it says it with. */
const OVER: ReadonlySet<string> = new Set([
  'invalid_grant',
  'invalid_client',
  'unauthorized_client',
  'token_expired',
  'refresh_token_expired',
  'refresh_token_reused',
  'refresh_token_invalidated',
  'refresh_token_revoked',
]);

/** Asks for a new access token. The old refresh token may be spent by that, so the answer must be stored. */
export async function renewLogin(login: Login, { server, now, signal, dispatcher }: RenewalOptions): Promise<Renewal> {
  const as: oauth.AuthorizationServer = { issuer: server.issuer, token_endpoint: server.tokenEndpoint };
  const client: oauth.Client = {
    client_id: server.clientId,
    [oauth.clockSkew]: Math.round((now() - Date.now()) / 1000),
  };
  try {
    const response = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), login.refreshToken, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
      // A server on this machine is one in a test: the tokens never leave it.
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that it stands out, as it does here
      [oauth.allowInsecureRequests]: isLoopback(server.tokenEndpoint),
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- the library goes by the class’s name
      [oauth.customFetch]: (url, options) => fetch(url, { ...options, dispatcher }),
    });
    if (!response.ok) return await failureOf(response);
    const renewed = await oauth.processRefreshTokenResponse(as, client, await withTokenType(response));
    return { login: renewedLogin(login, renewed, now) };
  } catch (error) {
    return { failed: reasonOf(error) };
  }
}

function renewedLogin(login: Login, renewed: oauth.TokenEndpointResponse, now: () => number): Login {
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: seconds } = renewed;
  const claims = tokenClaims(accessToken);
  return {
    accessToken,
    // A server that keeps the refresh token does not repeat it.
    refreshToken: refreshToken ?? login.refreshToken,
    // The login belongs to the account it was imported for, whatever workspace is the default by now.
    accountId: login.accountId,
    expiresAt: claims.expiresAt ?? now() + (seconds ?? 3600) * 1000,
  };
}

/** The answer may leave out what it always is; the library wants it said. */
async function withTokenType(response: Response): Promise<Response> {
  const body = (await response.json()) as Record<string, unknown>;
  return Response.json({ token_type: 'bearer', ...body });
}

const text = z.string().optional();
/** OAuth's shape, and the one of OpenAI's other interfaces. */
const FailureSchema = z.object({ error: z.union([z.string(), z.object({ code: text, type: text })]) });

async function failureOf(response: Response): Promise<Renewal> {
  const { data } = FailureSchema.safeParse(await response.json().catch(() => null));
  const error = data?.error;
  const code = typeof error === 'string' ? error : (error?.code ?? error?.type ?? '');
  const said = `${response.status}${/^[\w.-]{1,64}$/.test(code) ? ` ${code}` : ''}`;
  return response.status === 401 || response.status === 403 || OVER.has(code) ? { refused: said } : { failed: said };
}

/** Never the message: it may quote what was sent. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return cause instanceof Error ? cause.name : 'unknown';
}

function isLoopback(address: string): boolean {
  return /^(?:127\.0\.0\.1|localhost|\[::1\])$/.test(new URL(address).hostname);
}
