import type { IncomingMessage } from 'node:http';
import type { GatewayError } from '../../shared/errors.ts';
import type { Turn } from '../../shared/turn.ts';
import type { Asked, Unread } from '../dialects/dialect.ts';
import { bareRequest } from '../dialects/platform.ts';
import type { OwnWay } from '../upstream/own-key.ts';
import type { Route } from '../dialects/route.ts';
import { BETA_HEADER, ROUTING_HINT } from './decide.ts';
import { type FormBody, isForm, openForm } from './form-body.ts';
import type { KnownCaller } from './guard.ts';
import type { House } from './house.ts';
import { readBody, refuseBody } from './request-body.ts';
import type { ToolResponse } from './tool-response.ts';

/** One request that the guard has let in. */
export interface HttpRequest extends KnownCaller {
  readonly request: IncomingMessage;
  readonly response: ToolResponse;
  readonly route: Route;
  /** What follows an account's base URL. */
  readonly path: string;
  /** With its question mark; empty when there is none. */
  readonly query: string;
  /** Calls of the person's MCP servers since the turn's round before this one. */
  readonly toolCalls?: Turn['toolCalls'];
}

/** A request's body as the corridor carries it. */
export interface Incoming {
  readonly asked: Asked | Unread;
  /** As it was judged; null where there is none, or a form. */
  readonly body: Buffer | null;
  /** A form streams, so it can go one way only. */
  readonly form: FormBody | null;
}

/** Takes the body in the way that the path and its content type ask for. */
export async function receive(
  house: House,
  { request, response, route }: HttpRequest,
): Promise<Incoming | GatewayError> {
  const kind = route.methods[request.method ?? ''] ?? 'none';
  if (kind === 'none') return (await refuseBody(request)) ?? { asked: bareRequest(), body: null, form: null };
  if (kind === 'form' || (kind === 'either' && isForm(request))) {
    const form = await openForm(request, response);
    return 'code' in form ? form : { asked: bareRequest(form.model ?? ''), body: null, form };
  }
  const body = await readBody(request, response, house.settings().bodyLimitMiB);
  return 'code' in body ? body : { asked: route.dialect.read(body), body, form: null };
}

/** The way of the key that the tool has brought; null without one. */
export function ownWayOf(house: House, { own }: KnownCaller): OwnWay | null {
  return own === null ? null : { key: own, allowed: house.settings().ownKeys };
}

/** The method as it goes up. */
export function methodOf({ method }: IncomingMessage): 'GET' | 'POST' | 'DELETE' {
  return method === 'GET' || method === 'DELETE' ? method : 'POST';
}

/** All beta tokens of a request; a repeated header is one list. */
export function betaOf({ headers }: IncomingMessage): string | null {
  const value = headers[BETA_HEADER];
  return Array.isArray(value) ? value.join(', ') : (value ?? null);
}

/** The routing hint of a request, if it has one. */
export function hintOf({ headers }: IncomingMessage): string | null {
  const hint = headers[ROUTING_HINT];
  return typeof hint === 'string' ? hint : null;
}

/** Whose endpoint is asked for, as the headers tell. */
export function providerOf({ headers }: IncomingMessage): 'anthropic' | null {
  return headers['anthropic-version'] === undefined ? null : 'anthropic';
}

/** How Codex names itself. */
const CODEX = /^codex_/i;

/** Whether the tool is Codex, as its headers tell. */
export function isCodex({ headers }: IncomingMessage): boolean {
  const originator = headers['originator'];
  return CODEX.test(typeof originator === 'string' ? originator : '') || CODEX.test(headers['user-agent'] ?? '');
}
