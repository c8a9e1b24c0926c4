import type { Dispatcher } from 'undici';
import { isSandbox } from '../../shared/account.ts';
import { TiergateError } from '../../shared/errors.ts';
import type { Secret } from '../secrets/secret.ts';
import type { Accounts, ReadyAccount } from './accounts.ts';
import type { UpstreamRequest } from './dispatch.ts';

/** How long an upstream may take to say whether a key is good. */
const PATIENCE_MS = 20_000;

/** More of an answer is not read: a list of models is longer, and only its status counts. */
const MAX_ANSWER = 64 * 1024;

/** What Anthropic's interface wants named. */
const ANTHROPIC_VERSION = '2023-06-01';

/** What came of a test. */
export interface Probe {
  readonly ok: boolean;
  /** Null when nothing was answered. */
  readonly status: number | null;
  readonly message: string;
  /** Milliseconds. */
  readonly took: number;
}

/** What a test needs of the rest of the house. */
export interface ProbeOptions {
  readonly send: (request: UpstreamRequest, handler: Dispatcher.DispatchHandler) => void;
  readonly redact: { text(text: string): string };
  readonly now: () => number;
  readonly after: (milliseconds: number, action: () => void) => () => void;
}

/**
 * Asks an account's upstream for its list of models, with each of its keys. That costs nothing and asks for no tier, so there
 * is nothing to judge: it has no body. Throws `account_unknown`.
 */
export async function probe(accounts: Accounts, id: string, options: ProbeOptions): Promise<Probe> {
  // A keychain may have been unlocked since the keys were read.
  await accounts.reload();
  const ready = accounts.find(id);
  if (ready === null) throw new TiergateError('account_unknown', id);
  const { account, keys } = ready;
  const began = options.now();
  const result = (ok: boolean, status: number | null, message: string): Probe => ({
    ok,
    status,
    message: options.redact.text(message),
    took: Math.round(options.now() - began),
  });
  if (isSandbox(account)) return result(true, null, 'The sandbox needs no key.');
  const wanting = keys.flatMap(({ result: key }) => ('problem' in key ? [key.problem] : []));
  if (wanting.length > 0) return result(false, null, `A key is missing: ${wanting.join('; ')}.`);
  const secrets = keys.flatMap(({ result: key }) => ('secret' in key ? [key.secret] : []));
  let status: number | null = null;
  for (const secret of secrets.length === 0 ? [null] : secrets) {
    const answer = await ask(ready, secret, options);
    status = answer.status;
    const problem = problemOf(answer, secret);
    if (problem !== null) return result(false, status, problem);
  }
  return result(
    true,
    status,
    secrets.length === 0 ? 'It answers.' : secrets.length === 1 ? 'The key works.' : `All ${secrets.length} keys work.`,
  );
}

function problemOf({ status, text }: ModelsAnswer, secret: Secret | null): string | null {
  if (status === null) return `It could not be reached: ${text}.`;
  if (status < 300) return null;
  const name = secret === null ? 'The request' : secret.lastFour === '' ? 'The key' : `The key …${secret.lastFour}`;
  if (status < 400) return `It answered with a redirect (${status}), which is never followed. Correct the base URL.`;
  if (status === 404 || status === 405 || status === 501)
    return `It answers, but with ${status}: it has no list of models by which a key could be proved, or the base URL is wrong.`;
  const said = text === '' ? '' : `: ${text}`;
  return status === 401 || status === 403
    ? `${name} was refused (${status})${said}`
    : `It answered with ${status}${said}`;
}

interface ModelsAnswer {
  readonly status: number | null;
  /** What the upstream says is wrong, or the code of what broke. */
  readonly text: string;
}

function ask(
  { account, origin, basePath }: ReadyAccount,
  secret: Secret | null,
  options: ProbeOptions,
): Promise<ModelsAnswer> {
  const { promise, resolve } = Promise.withResolvers<ModelsAnswer>();
  const handler = new ModelsHandler(resolve);
  const giveUp = options.after(PATIENCE_MS, () => {
    handler.giveUp();
  });
  options.send(
    {
      method: 'GET',
      origin,
      proxy: account.proxy,
      path: `${basePath}/models`,
      headers: [
        ...['accept', 'application/json', 'accept-encoding', 'identity'],
        ...(account.provider === 'anthropic' ? ['anthropic-version', ANTHROPIC_VERSION] : []),
        ...Object.entries(account.headers).flat(),
        ...(secret === null ? [] : credential(account.provider, secret)),
      ],
      body: null,
    },
    handler,
  );
  return promise.finally(giveUp);
}

function credential(provider: ReadyAccount['account']['provider'], { value }: Secret): string[] {
  return provider === 'anthropic' ? ['x-api-key', value] : ['authorization', `Bearer ${value}`];
}

class ModelsHandler implements Dispatcher.DispatchHandler {
  readonly #answer: (answer: ModelsAnswer) => void;
  #controller: Dispatcher.DispatchController | null = null;
  #status = 0;
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(answer: (answer: ModelsAnswer) => void) {
    this.#answer = answer;
  }

  giveUp(): void {
    this.#answer({ status: null, text: 'no answer came in time' });
    this.#controller?.abort(new Error('no answer came in time'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status < 200) return;
    this.#status = status;
    if (status >= 400) return;
    this.#answer({ status, text: '' });
    controller.abort(new Error('the status is enough'));
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size <= MAX_ANSWER) this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#answer({ status: this.#status, text: errorText(Buffer.concat(this.#chunks)) });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#answer({ status: null, text: 'code' in error && typeof error.code === 'string' ? error.code : error.name });
  }
}

/** What an error body says, in the shape that OpenAI and Anthropic share; empty where it says nothing in it. */
function errorText(body: Buffer): string {
  try {
    const { error } = JSON.parse(body.toString()) as { error?: { message?: unknown } };
    return typeof error?.message === 'string' ? error.message.slice(0, 300) : '';
  } catch {
    return '';
  }
}
