import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commandsIn } from "./project.ts";
import { run } from "./run.ts";
import { MAIN } from "./server-process.ts";

/** Runs a script in a shell with `connect-auth` on the path. Resolves to its exit status and output. */
export async function runShell(directory: string, script: string, env: Record<string, string> = {}) {
  const bin = join(directory, ".bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "connect-auth"), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  chmodSync(join(bin, "connect-auth"), 0o755);
  const PATH = `${bin}:${process.env.PATH}`;
  return run(["/bin/sh", "-e", "-c", script], { cwd: directory, env: { PATH, ...env } });
}

/** The commands in a text: its indented lines. */
export function commandsOf(page: string, heading: string): string[] {
  const [, part = ""] = page.split(`\n## ${heading}\n`);
  const [section = ""] = part.split("\n## ");
  return commandsIn(section);
}
