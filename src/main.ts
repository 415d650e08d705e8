#!/usr/bin/env node
import module from "node:module";
import { fileURLToPath } from "node:url";

// no file or directory that the service, a worker or a command makes is for others, whatever was inherited
process.umask(0o077);

// Node.js 22 and later keep compiled code for the next start. It is kept beside the program and not in the system's
// temporary directory, where another user could plant code. A directory that cannot be written changes nothing.
const { enableCompileCache } = module as { enableCompileCache?: (directory: string) => unknown };
enableCompileCache?.(fileURLToPath(new URL("../.compile-cache", import.meta.url)));

const { makeProgram, runProgram } = await import("./adapters/cli/program.ts");
const { commands, exitStatusOf, explain } = await import("./composition/commands/commands.ts");

try {
  await runProgram(makeProgram(commands), process.argv);
} catch (error) {
  console.error(explain(error));
  process.exitCode = exitStatusOf(error);
}
