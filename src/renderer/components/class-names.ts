import { type ClassValue, clsx } from 'clsx';
import { twMerge } from 'tailwind-merge';

/** Joins class names; where two set the same property, the later one counts. */
export function classNames(...names: ClassValue[]): string {
  return twMerge(clsx(names));
}
