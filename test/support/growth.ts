/**
 * Tells whether time grows linearly with the input, by the ratio of the least times for an input and for one sixteen
 * times as long. Quadratic growth gives 256; the bound between the two allows for a busy machine.
 */
export const TIMES_LONGER = 16;
const MOST_RATIO = 80;
/** The bound if most of the time is constant, such as that of the request around a text. */
export const MOST_OF_REQUESTS = 24;
/** The time of walking this text is the least that counts: shorter times are mostly noise. */
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

/** The ratio of the first round below `most`, or the lowest of all rounds. */
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

/** Texts of `length`: a beginning, one unit repeated, and a fault at the end. */
export function hostileTexts(length: number, beginnings: readonly string[]): [what: string, text: string][] {
  return beginnings.flatMap((beginning) =>
    UNITS.map((unit): [string, string] => {
      const times = Math.floor((length - beginning.length) / unit.length);
      return [JSON.stringify([beginning, unit]), `${beginning}${unit.repeat(times)}!`];
    }),
  );
}
