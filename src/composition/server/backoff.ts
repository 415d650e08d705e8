/** A process that worked for this long, in milliseconds, did not fail at its start. */
const STEADY_MS = 1_000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;

/**
 * Returns how long to wait before a process that died is restarted, in milliseconds. The first restart is
 * immediate; each time the process dies at its start, the wait doubles, up to ten seconds.
 */
export function makeBackoff(): (workedMs: number) => number {
  let failures = 0;
  return (workedMs) => {
    failures = workedMs >= STEADY_MS ? 1 : failures + 1;
    return failures === 1 ? 0 : Math.min(FIRST_WAIT_MS * 2 ** (failures - 2), LONGEST_WAIT_MS);
  };
}
