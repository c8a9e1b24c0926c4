import type { EventEmitter } from 'node:events';

/**
 * The members of a double as Electron types them. One that Electron does not have becomes `never`, so a double that
 * offers what Electron lacks, or offers it in another shape, fails the type check. `Apart` names members that are doubles
 * themselves and are checked where they are made.
 */
export type Faithful<Double, Real, Apart extends PropertyKey = never> = {
  readonly [Name in Exclude<keyof Double, Apart | keyof EventEmitter>]: Name extends keyof Real ? Real[Name] : never;
};

/** Stands only where the double conforms, so that a class is checked without a line that runs. */
export type Proof<Wanted, Double extends Wanted> = Double;

/** An event that can be prevented, with whatever else it carries. */
export interface Preventable {
  readonly defaultPrevented: boolean;
  preventDefault(): void;
}

/** Makes an event that can be prevented. */
export function preventable<Details extends object>(details: Details): Details & Preventable {
  let prevented = false;
  return Object.defineProperty(
    { ...details, defaultPrevented: false, preventDefault: (): void => void (prevented = true) },
    'defaultPrevented',
    { get: () => prevented },
  );
}
