/** Rounds of which the least time counts, since other load only adds to a time. */
const ROUNDS = 10;

/** The least time of each check in milliseconds. The checks take turns, so that other load affects all of them. */
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
