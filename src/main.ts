#!/usr/bin/env node
import { makeProgram } from "./adapters/cli/program.ts";
import {
  exitStatusOf,
  explain,
  serve,
  version,
  withFlaskImport,
  withKeys,
  withUseCases,
} from "./composition/commands.ts";

try {
  await makeProgram({ version: version(), serve, withKeys, withUseCases, withFlaskImport }).parseAsync();
} catch (error) {
  console.error(explain(error));
  process.exitCode = exitStatusOf(error);
}
