import { useEffect, useState } from 'react';

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
