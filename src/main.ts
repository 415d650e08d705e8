#!/usr/bin/env node
import { keepCompiledCode } from "./adapters/node/compiled-code.ts";

// no file or directory that the service, a worker or a command makes is for others, whatever was inherited
process.umask(0o077);

keepCompiledCode(new URL("../", import.meta.url));

const { makeProgram, runProgram } = await import("./adapters/cli/program.ts");
const { commands, exitStatusOf, explain } = await import("./composition/commands/commands.ts");

try {
  await runProgram(makeProgram(commands), process.argv);
} catch (error) {
  console.error(explain(error));
  process.exitCode = exitStatusOf(error);
}
