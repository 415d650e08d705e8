import { join } from "node:path";
import { expect } from "vitest";
import { ROOT } from "./project.ts";

/** Compares a file of docs with what it is made of, and writes it under `--update`. @throws Error one line that says how to renew it */
export async function mustBeAsMade(path: string, text: string, test: string): Promise<void> {
  try {
    await expect(text).toMatchFileSnapshot(join(ROOT, path));
  } catch {
    throw new Error(`${path} is out of date; renew it: npx vitest run ${test} --update`);
  }
}
