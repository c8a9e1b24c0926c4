import type { RecordedRequest } from '../fakes/recorded-request.ts';
import { tiersSeen } from './tiers-seen.ts';

const OPTIONS = ['gateway', 'openai'].flatMap((provider) =>
  ['speed', 'serviceTier'].map((name) => ['providerOptions', provider, name]),
);

/** Where in a received request some reader sees one of these tiers: in the body, coded or decoded, in a header, in the query. */
export async function leaksIn(request: RecordedRequest, tiers: readonly string[]): Promise<string[]> {
  const wanted = new Set(tiers.map(loosely));
  const found: string[] = [];
  // A reader that overlooks the content coding finds literals that a small frame keeps in the clear.
  const views = request.decoded === request.body ? [request.body] : [request.body, request.decoded];
  for (const bytes of views) {
    for (const [reader, seen] of await tiersSeen(bytes)) {
      if (seen !== null && wanted.has(loosely(seen))) found.push(`${reader} sees ${JSON.stringify(seen)} in the body`);
    }
    // Anthropic's word for a tier, also in fallbacks and batches, and what Vercel's gateway hands on.
    for (const path of [['speed'], ['fallbacks', 'speed'], ...OPTIONS]) {
      for (const [reader, seen] of await tiersSeen(bytes, path)) {
        if (seen !== null && wanted.has(loosely(seen)))
          found.push(`${reader} sees ${path.join('.')} ${JSON.stringify(seen)}`);
      }
    }
    const nested = /"(?:speed|serviceTier)"\s*:\s*"([^"]*)"/g;
    for (const [, speed = ''] of bytes.toString('latin1').matchAll(nested))
      if (wanted.has(loosely(speed))) found.push(`a speed or serviceTier of "${speed}" stands somewhere in the body`);
  }
  for (const [name, value] of request.headers) {
    if (/^anthropic-beta$/i.test(name) && wanted.has('priority') && /fast-mode-\d{4}/i.test(value))
      found.push(`the header ${name} says ${value}`);
    if (!/routing-hint|tier/i.test(name)) continue;
    const words = value.split(/[^\p{L}]+/u);
    if (words.some((word) => wanted.has(loosely(word)))) found.push(`the header ${name} says ${value}`);
  }
  for (const [name, value] of new URL(request.path, 'http://fake').searchParams) {
    if (/tier/i.test(name) && wanted.has(loosely(value))) found.push(`the query says ${name}=${value}`);
  }
  return found.map((what) => `request ${request.index}: ${what}`);
}

/** A tier as the loosest upstream would compare it: ends trimmed of white space and control characters, letter case folded, `fast` resolved. */
export function loosely(tier: string): string {
  const letters = tier.replace(BLANK_ENDS, '').replace(/[\u0130\u0131]/g, 'i');
  const folded = letters
    .replace(/\u017f/g, 's')
    .replace(/\u212a/g, 'k')
    .toLowerCase();
  return folded === 'fast' ? 'priority' : folded;
}

// Java's trim takes every character up to the blank, Go's and Python's the Unicode spaces, JavaScript's the byte order mark.
const BLANK_ENDS = /^[\0-\x20\x85\s]+|[\0-\x20\x85\s]+$/g;
