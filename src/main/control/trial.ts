import { randomBytes } from 'node:crypto';
import { request } from 'undici';
import type { Status } from '../../shared/control.ts';
import { TiergateError } from '../../shared/errors.ts';
import type { Tool } from '../../shared/settings.ts';
import { keyHash } from '../gateway/guard.ts';
import { say } from '../../shared/sentences.ts';

/** What a first turn asks: Fast, so that its row shows what the policy makes of that. */
const BODY = { model: 'gpt-5.5', service_tier: 'fast', input: 'Say hello from the sandbox.' };

/** The person's first turn, with one click: sent through the front door like a tool's, with a local key of its own that is never told. */
export class Trial {
  readonly #key = `tg-${randomBytes(24).toString('base64url')}`;

  /** What the guard knows it as; its limits keep a button that is held down from filling the ledger. */
  readonly tool: Tool = { name: 'sandbox trial', keyHash: keyHash(this.#key), limits: { openTurns: 4 } };

  /** Sends the turn and returns its id when it has ended; throws `sandbox_silent`. */
  async run({ baseUrl, sandbox }: Pick<Status, 'baseUrl' | 'sandbox'>): Promise<string> {
    if (!sandbox) throw new TiergateError('sandbox_silent', say('trial_paid'));
    if (baseUrl === null) throw new TiergateError('sandbox_silent', say('trial_deaf'));
    const { statusCode, headers, body } = await request(`${baseUrl}/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json' },
      body: JSON.stringify(BODY),
    });
    await body.dump();
    const id = headers['x-tiergate-turn'];
    if (statusCode >= 400 || typeof id !== 'string')
      throw new TiergateError('sandbox_silent', say('trial_status', { status: statusCode }));
    return id;
  }
}
