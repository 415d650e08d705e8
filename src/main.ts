#!/usr/bin/env node
import { makeProgram, runProgram } from "./adapters/cli/program.ts";
import {
  doctor,
  exitStatusOf,
  explain,
  serve,
  shownConfig,
  version,
  withKeys,
  withUseCases,
} from "./composition/commands.ts";

try {
  const program = makeProgram({
    version: version(),
    serve,
    withKeys,
    withUseCases,
    describeConfig: shownConfig,
    examine: doctor,
  });
  await runProgram(program, process.argv);
} catch (error) {
  console.error(explain(error));
  process.exitCode = exitStatusOf(error);
}
