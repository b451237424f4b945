// How long to wait before the next try, and what ends the wait earlier.

const FIRST_MS = 250;
const LONGEST_MS = 15_000;

/** The delay before try number `attempt` (from 0): doubled each time, and spread so that not all come back at once. */
export function delay(attempt, random = Math.random()) {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  return longest * (0.5 + random / 2);
}

/** Waits so long; less if the network comes back, the page is looked at again, or the signal is given. */
export function pause(ms, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener('online', done);
      document.removeEventListener('visibilitychange', seen);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const seen = () => document.visibilityState === 'visible' && done();
    const timer = setTimeout(done, ms);
    window.addEventListener('online', done);
    document.addEventListener('visibilitychange', seen);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
