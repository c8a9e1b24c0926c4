import { useEffect, useState, useSyncExternalStore } from 'react';

/** The present, for what is to be worked out once and not at every second. */
export function presentTime(): number {
  return Date.now();
}

/** The present to the minute, for what ends at a given time. */
export function useMinute(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 60_000);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return now;
}

/** The present to the second while something counts down; where nothing does, nothing is drawn again. */
export function useSecond(counting: boolean): number {
  return useSyncExternalStore(counting ? everySecond : never, thisSecond);
}

function thisSecond(): number {
  return Math.floor(Date.now() / 1000) * 1000;
}

function everySecond(listener: () => void): () => void {
  const timer = setInterval(listener, 1000);
  return () => {
    clearInterval(timer);
  };
}

function never(): () => void {
  return () => undefined;
}
