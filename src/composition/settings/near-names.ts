/**
 * From this length on, two differing letters still suggest a typing error. Shorter names often mean other
 * things.
 */
const LONG = 8;
/** Any other name was not meant for a setting. */
const IS_NAME = /^[\w-]{1,64}$/;

/**
 * Finds the name in `known` that `name` resembles: it differs only in case or `_`, differs by one or two
 * letters, or has additional words. Returns `undefined` for a known name and for one that resembles none.
 */
function nearName(name: string, known: readonly string[]): string | undefined {
  if (!IS_NAME.test(name) || known.includes(name)) return undefined;
  const distances = known.map((each) => [distance(name, each), each] as const);
  const [least, nearest] = distances.reduce((best, each) => (each[0] < best[0] ? each : best), [
    3,
    "",
  ] as const);
  return least <= 2 ? nearest : undefined;
}

/** The end of a message about an unknown setting: the known name that it resembles; empty if there is none. */
export function hintFor(name: string, known: readonly string[]): string {
  const near = nearName(name.replace(/_FILE$/, ""), known);
  return near === undefined ? "" : `: see ${near}`;
}

function distance(name: string, known: string): number {
  const most = known.length < LONG ? 1 : 2;
  if (Math.abs(name.length - known.length) <= most + underscores(known)) {
    const [one, other] = [bare(name), bare(known)];
    if (one === other) return 0;
    const letters = editDistance(one, other);
    if (letters <= most) return letters;
  }
  return hasMoreWords(name, known) || hasMoreWords(known, name) ? 2 : 3;
}

const bare = (name: string) => name.replaceAll(/[_-]/g, "").toUpperCase();
const underscores = (name: string) => name.split("_").length - 1;

function hasMoreWords(longer: string, shorter: string): boolean {
  return shorter.length >= LONG && shorter.includes("_") && longer.startsWith(`${shorter}_`);
}

/** The Levenshtein distance of two short texts. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let line = 1; line <= one.length; line += 1) {
    const next = [line];
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[line - 1] === other[column - 1];
      const replaced = (row[column - 1] as number) + (isSame ? 0 : 1);
      next.push(Math.min(replaced, (row[column] as number) + 1, (next[column - 1] as number) + 1));
    }
    row = next;
  }
  return row[other.length] as number;
}
