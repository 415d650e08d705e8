/** Output of commands: plain aligned lines for people, JSON for machines. */

/**
 * Invisible and control characters, which names and client descriptions may contain and which could control a
 * terminal.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Escapes characters that could control a terminal. */
export function shown(text: string): string {
  return text.replace(HIDDEN, "\ufffd");
}

/** Prints rows with aligned columns. */
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

/** Yields things for as long as standard output is read. A reader such as `head` may close it early. */
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

const ROWS_AT_ONCE = 100;

/** Prints any number of rows, aligned in batches, so that the first rows do not wait for the last. */
export async function printRows<T>(things: AsyncIterable<T>, rowOf: (thing: T) => string[]): Promise<void> {
  const rows: string[][] = [];
  for await (const thing of whileRead(things)) {
    rows.push(rowOf(thing));
    if (rows.length === ROWS_AT_ONCE) printTable(rows.splice(0));
  }
  printTable(rows);
}

export function printLine(text: string): void {
  console.log(shown(text));
}

/** Prints one line of JSON, with characters that could control a terminal in escaped form. */
export function printJson(value: unknown): void {
  const escaped = (text: string) =>
    Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`);
  console.log(JSON.stringify(value).replace(HIDDEN, (hidden) => escaped(hidden).join("")));
}

export interface JsonOption {
  readonly json?: true;
}

/** Flag and description of the option `--json`. */
export const JSON_OPTION = ["--json", "one JSON object, for machines"] as const;

/** `1 session`, `2 sessions`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}
