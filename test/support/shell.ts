import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MAIN } from "./server-process.ts";

/** Runs a script as somebody types it, with `connect-auth` on the path; resolves to its exit status and output. */
export async function runShell(directory: string, script: string, env: Record<string, string> = {}) {
  const bin = join(directory, ".bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "connect-auth"), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  chmodSync(join(bin, "connect-auth"), 0o755);
  const child = spawn("/bin/sh", ["-e", "-c", script], {
    cwd: directory,
    env: { PATH: `${bin}:${process.env.PATH}`, ...env },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  const status = await new Promise((resolve) => child.once("close", resolve));
  return { status, output };
}

/** The commands of a part of a page: what is indented there. */
export function commandsOf(page: string, heading: string): string[] {
  const [, part = ""] = page.split(`\n## ${heading}\n`);
  const [section = ""] = part.split("\n## ");
  return [...section.matchAll(/^ {4,}(\S.*)$/gm)].map(([, command]) => command as string);
}
