#!/usr/bin/env node
import { makeProgram, runProgram } from "./adapters/cli/program.ts";
import { exitStatusOf, explain, serve, version, withKeys, withUseCases } from "./composition/commands.ts";

try {
  await runProgram(makeProgram({ version: version(), serve, withKeys, withUseCases }), process.argv);
} catch (error) {
  console.error(explain(error));
  process.exitCode = exitStatusOf(error);
}
