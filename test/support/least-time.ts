/** The least of so many times: what else the machine does only adds to them. */
const ROUNDS = 10;

/** How long each check takes at least, in milliseconds; by turns, so that whatever else runs is beside all of them. */
export async function leastTimes(checks: readonly (() => Promise<unknown>)[]): Promise<number[]> {
  const least = checks.map(() => Infinity);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, check] of checks.entries()) {
      const began = performance.now();
      await check();
      least[index] = Math.min(least[index] as number, performance.now() - began);
    }
  }
  return least;
}
