/** Who worked for that long has not failed by starting, in milliseconds. */
const STEADY_MS = 1_000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;

/**
 * How long to wait before something that died is started again, in milliseconds: not at all the first time, and
 * twice as long, up to ten seconds, each time that it dies at once again.
 */
export function makeBackoff(): (workedMs: number) => number {
  let failures = 0;
  return (workedMs) => {
    failures = workedMs >= STEADY_MS ? 1 : failures + 1;
    return failures === 1 ? 0 : Math.min(FIRST_WAIT_MS * 2 ** (failures - 2), LONGEST_WAIT_MS);
  };
}
