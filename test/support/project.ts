import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The folder of the project. */
export const ROOT = join(import.meta.dirname, "../..");

/** The text of a file of the project. */
export const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

/** The commands in a text: its indented lines, with continued lines joined. */
export function commandsIn(page: string): string[] {
  const lines = page.replaceAll(/ *\\\n */g, " ").matchAll(/^ {4,}(\S.*)$/gm);
  return Array.from(lines, ([, line]) => line as string);
}
