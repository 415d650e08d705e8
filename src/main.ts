#!/usr/bin/env node
import { makeProgram } from "./adapters/cli/program.ts";
import {
  exitStatusOf,
  explain,
  exportJson,
  importJson,
  serve,
  version,
  withFlaskImport,
  withKeys,
  withUseCases,
} from "./composition/commands.ts";

try {
  await makeProgram({
    version: version(),
    serve,
    withKeys,
    withUseCases,
    withFlaskImport,
    exportJson,
    importJson,
  }).parseAsync();
} catch (error) {
  console.error(explain(error));
  process.exitCode = exitStatusOf(error);
}
