#!/usr/bin/env node
import { makeProgram, runProgram } from "./adapters/cli/program.ts";
import {
  backup,
  doctor,
  exitStatusOf,
  explain,
  exportJson,
  importJson,
  restore,
  serve,
  shownConfig,
  useEnvFile,
  version,
  withFlaskImport,
  withKeys,
  withUseCases,
} from "./composition/operating/commands.ts";

// no file or directory that the service, a worker or a command makes is for others, whatever was inherited
process.umask(0o077);

try {
  const program = makeProgram({
    version,
    useEnvFile,
    serve,
    withKeys,
    withUseCases,
    withFlaskImport,
    exportJson,
    importJson,
    backup,
    restore,
    describeConfig: shownConfig,
    examine: doctor,
  });
  await runProgram(program, process.argv);
} catch (error) {
  console.error(explain(error));
  process.exitCode = exitStatusOf(error);
}
