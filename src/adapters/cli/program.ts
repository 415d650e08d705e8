import { Command } from "commander";
import { exportJsonCommand } from "./export-json.ts";
import { flaskCommand, type WithFlaskImport } from "./import-flask.ts";
import { importJsonCommand } from "./import-json.ts";
import { type KeysUseCases, keysCommand } from "./keys.ts";
import type { ExportJson, ImportJson } from "./transfer.ts";
import { type UserUseCases, userCommand } from "./users.ts";

/** What the commands call; each of them names its part. */
export interface OperatorUseCases extends UserUseCases {}

/** Opens what the configuration names, runs the work on it and closes it again. */
export type WithUseCases = <T>(work: (useCases: OperatorUseCases) => Promise<T>) => Promise<T>;

export interface CliOptions {
  readonly version: string;
  /** Runs the service until it is told to stop. */
  serve(): Promise<void>;
  /** Opens what the key commands work on, runs the work and closes it again. */
  withKeys<T>(work: (useCases: KeysUseCases) => Promise<T>): Promise<T>;
  readonly withUseCases: WithUseCases;
  readonly exportJson: ExportJson;
  readonly importJson: ImportJson;
  readonly withFlaskImport: WithFlaskImport;
}

/** The command line `connect-auth`; without a command it serves. */
export function makeProgram(options: CliOptions): Command {
  const { version, serve, withKeys, withUseCases, withFlaskImport, exportJson, importJson } = options;
  const program = new Command("connect-auth")
    .description("An auth service over HTTP: register, log in, refresh, revoke.")
    .version(version)
    .addHelpText(
      "after",
      "\nSettings come from environment variables and .env, the same for every command.\n" +
        "Exit status: 0 done, 1 failed or refused, 78 the configuration cannot be used.",
    );
  program
    .command("serve", { isDefault: true })
    .description("run the service until SIGTERM (what `npm start` does)")
    .action(serve);
  program.addCommand(userCommand(withUseCases));
  program.addCommand(keysCommand(withKeys));
  program.addCommand(
    new Command("export").description("data to elsewhere").addCommand(exportJsonCommand(exportJson)),
  );
  program.addCommand(
    new Command("import")
      .description("data from elsewhere")
      .addCommand(flaskCommand(withFlaskImport))
      .addCommand(importJsonCommand(importJson)),
  );
  return program;
}
