import { cSees } from './c-reader.ts';
import { firstSees } from './first-reader.ts';
import { goSees } from './go-reader.ts';
import { nodeSees } from './node-reader.ts';
import { pythonMissing, pythonSees } from './python-reader.ts';
import type { Seen } from './seen.ts';
import { strictSees } from './strict-reader.ts';

/** Readers that disagree with each other in the ways that have been ways around a policy. */
export type ReaderName = 'node' | 'go' | 'gjson' | 'cjson' | 'strict' | 'python' | 'python-first';

/** What the readers see that need no other program. */
export function tiersSeenHere(bytes: Uint8Array, path: readonly string[] = ['service_tier']): Map<ReaderName, Seen> {
  return new Map<ReaderName, Seen>([
    ['node', nodeSees(bytes, path)],
    ['go', goSees(bytes, path)],
    ['gjson', firstSees(bytes, path)],
    ['cjson', cSees(bytes, path)],
    ['strict', strictSees(bytes, path)],
  ]);
}

/** What every reader sees at a path of names; without Python on the machine its two readers are left out. */
export async function tiersSeen(
  bytes: Uint8Array,
  path: readonly string[] = ['service_tier'],
): Promise<Map<ReaderName, Seen>> {
  const seen = tiersSeenHere(bytes, path);
  if (pythonMissing !== null) return seen;
  const { last, first } = await pythonSees(bytes, path);
  return seen.set('python', last).set('python-first', first);
}
