/** What commands print: plain aligned lines for people, JSON for machines. */

/** Characters that nobody sees and that may make a terminal do things, of names and clients' own words. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Text with nothing in it that a terminal would obey. */
export function shown(text: string): string {
  return text.replace(HIDDEN, "\ufffd");
}

/** Rows with their columns aligned. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const cells = rows.map((row) => row.map(shown));
  const widths: number[] = [];
  for (const row of cells) {
    for (const [column, { length }] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, length);
  }
  for (const row of cells) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
  }
}

/** These things for as long as somebody reads standard output. A reader may have seen enough, as `head` has. */
export async function* whileRead<T>(things: AsyncIterable<T>): AsyncGenerator<T> {
  let isRead = true;
  const noticeFault = () => {
    isRead = false;
  };
  process.stdout.on("error", noticeFault);
  try {
    for await (const thing of things) {
      if (!isRead) return;
      yield thing;
    }
  } finally {
    process.stdout.off("error", noticeFault);
  }
}

const TOGETHER = 100;

/** As many rows as there may be, aligned so many at a time, so that none has to wait for the last. */
export async function printRows<T>(things: AsyncIterable<T>, rowOf: (thing: T) => string[]): Promise<void> {
  const rows: string[][] = [];
  for await (const thing of whileRead(things)) {
    rows.push(rowOf(thing));
    if (rows.length === TOGETHER) printTable(rows.splice(0));
  }
  printTable(rows);
}

export function printLine(text: string): void {
  console.log(shown(text));
}

/** One line of JSON, with what a terminal might obey in escaped form. */
export function printJson(value: unknown): void {
  const escaped = (text: string) =>
    Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`);
  console.log(JSON.stringify(value).replace(HIDDEN, (hidden) => escaped(hidden).join("")));
}

export interface JsonOption {
  readonly json?: true;
}

/** Flag and words of the option that every command has that prints something. */
export const JSON_OPTION = ["--json", "one JSON object, for machines"] as const;

/** `1 session`, `2 sessions`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}
