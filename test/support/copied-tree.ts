import { cpSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./project.ts";

/** Copies these files and folders of the project to a new folder, in which its tools run. */
export function copiedTree(names: readonly string[]): string {
  const copy = mkdtempSync(join(tmpdir(), "connect-auth-copy-"));
  for (const name of names) {
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  return copy;
}
