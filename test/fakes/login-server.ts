import { type IncomingMessage, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { LoginServer } from '../../src/main/upstream/oauth.ts';

/** A JSON web token as ChatGPT makes them, but for its signature, which nobody here checks. */
export function fakeToken(subject: string, expiresAt: number, accountId = 'workspace-1'): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    sub: subject,
    exp: Math.floor(expiresAt / 1000),
    'https://api.openai.com/auth': { chatgpt_account_id: accountId },
  };
  return `${part({ alg: 'RS256' })}.${part(claims)}.${Buffer.from(`signature of ${subject}`).toString('base64url')}`;
}

/** What a fake login server does with one request. */
type LoginScript = { readonly status: number; readonly body: unknown } | 'renew' | 'break';

/** A login server on the loopback that takes each refresh token once, as ChatGPT's does. */
export interface FakeLoginServer extends LoginServer {
  /** The form fields of each request. */
  readonly requests: Readonly<Record<string, string>>[];
  /** What it takes now. */
  refreshToken: string;
  script: LoginScript;
  /** What a renewal answers beside the access token; `refresh_token` is added where it rotates. */
  more: Record<string, unknown>;
  rotates: boolean;
  /** Resolved before each answer; a test can hold answers back with it. */
  gate: Promise<unknown>;
  close(): Promise<void>;
}

/** Starts a fake login server whose tokens live for so long; a new one takes the place of all in `tokens`. */
export async function startLoginServer(
  now: () => number,
  lifeMs: number,
  tokens: string[] = [],
): Promise<FakeLoginServer> {
  let made = 0;
  const server = createServer((request, response) => {
    void answer(request).then(({ status, body }) => {
      if (status === 0) {
        response.destroy();
        return;
      }
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const fake: FakeLoginServer = {
    issuer: `http://127.0.0.1:${port}`,
    tokenEndpoint: `http://127.0.0.1:${port}/oauth/token`,
    clientId: 'test-client',
    requests: [],
    refreshToken: 'refresh-0',
    script: 'renew',
    more: { token_type: 'Bearer', expires_in: Math.floor(lifeMs / 1000) },
    rotates: true,
    gate: Promise.resolve(),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };

  async function answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const fields = Object.fromEntries(new URLSearchParams(await text(request)));
    fake.requests.push(fields);
    await fake.gate;
    if (fake.script === 'break') return { status: 0, body: null };
    if (fake.script !== 'renew') return fake.script;
    if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') !== true)
      return { status: 400, body: { error: 'invalid_request' } };
    if (fields['refresh_token'] !== fake.refreshToken)
      return {
        status: 401,
        body: { error: { message: 'used', type: 'invalid_request_error', code: 'refresh_token_reused' } },
      };
    made += 1;
    if (fake.rotates) fake.refreshToken = `refresh-${made}`;
    const accessToken = fakeToken(`user-${made}`, now() + lifeMs);
    tokens.splice(0, tokens.length, accessToken);
    return {
      status: 200,
      body: {
        ...fake.more,
        access_token: accessToken,
        ...(fake.rotates ? { refresh_token: fake.refreshToken } : {}),
      },
    };
  }
  return fake;
}
