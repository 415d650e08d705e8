#!/usr/bin/env node
import { makeProgram, runProgram } from "./adapters/cli/program.ts";
import { commands, exitStatusOf, explain } from "./composition/commands/commands.ts";

// no file or directory that the service, a worker or a command makes is for others, whatever was inherited
process.umask(0o077);

try {
  await runProgram(makeProgram(commands), process.argv);
} catch (error) {
  console.error(explain(error));
  process.exitCode = exitStatusOf(error);
}
