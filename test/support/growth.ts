/**
 * Whether the time of something grows in proportion to its input: by the ratio of its least times with an input and
 * one sixteen times as long. Twice over would be 256 times; between the two lies what a busy machine adds.
 */
export const TIMES_LONGER = 16;
const MOST_RATIO = 80;
/** The same where most of the time goes into what does not grow, such as the request around a text. */
export const MOST_OF_REQUESTS = 24;
/** What takes less time than walking a text of this length is mostly the clock and the collector of garbage. */
const YARDSTICK = " ".repeat(1_000_000);
const yardstickMs = Math.min(...Array.from({ length: 5 }, walk));

function walk(): number {
  const began = performance.now();
  let spaces = 0;
  for (let index = 0; index < YARDSTICK.length; index += 1)
    if (YARDSTICK.charCodeAt(index) === 32) spaces += 1;
  if (spaces !== YARDSTICK.length) throw new Error("All of them are spaces");
  return performance.now() - began;
}
const ROUNDS = 6;

/** The ratio, as soon as one round is good, and the best of all where none is. */
export async function growthOf(
  run: (input: string) => unknown,
  small: string,
  large: string,
  most = MOST_RATIO,
): Promise<number> {
  const timed = async (input: string) => {
    const began = performance.now();
    await run(input);
    return performance.now() - began;
  };
  let [leastSmall, leastLarge] = [Infinity, Infinity];
  let growth = Infinity;
  for (let round = 0; round < ROUNDS && growth >= most; round += 1) {
    leastSmall = Math.min(leastSmall, await timed(small));
    leastLarge = Math.min(leastLarge, await timed(large));
    growth = leastLarge / Math.max(leastSmall, yardstickMs);
  }
  return growth;
}

export const isLinear = (growth: number, most = MOST_RATIO): boolean => growth < most;

const UNITS = [
  ...[" ", "\t", "a", "0", ".", ",", ";", "=", '"', "\\", "%", "-", ":", "/", "@", "[", "\u00e9"],
  ...["a ", ";a", ", ", "a.", '\\"', '="', "%25", "a=b;", "a=b&", "{{ ", "::", "\n "],
];

/** Texts of that length made of one part over and over, with something else before it and a fault at its end. */
export function hostileTexts(length: number, beginnings: readonly string[]): [what: string, text: string][] {
  return beginnings.flatMap((beginning) =>
    UNITS.map((unit): [string, string] => {
      const times = Math.floor((length - beginning.length) / unit.length);
      return [JSON.stringify([beginning, unit]), `${beginning}${unit.repeat(times)}!`];
    }),
  );
}
