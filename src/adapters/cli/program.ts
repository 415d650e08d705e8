import { Command, CommanderError, InvalidArgumentError } from "commander";
import type { Finding } from "../../application/maintenance/finding.ts";
import { type Backup, backupCommand, type Restore, restoreCommand } from "./backup.ts";
import { type ConfigReport, configCommand } from "./config.ts";
import { doctorCommand } from "./doctor.ts";
import { type EventUseCases, eventsCommand } from "./events.ts";
import { exportJsonCommand } from "./export-json.ts";
import { EXIT_USAGE, withExamples, withManners } from "./help.ts";
import { flaskCommand, type WithFlaskImport } from "./import-flask.ts";
import { importJsonCommand } from "./import-json.ts";
import { type KeysUseCases, keysCommand } from "./keys.ts";
import { type SessionUseCases, sessionCommand } from "./sessions.ts";
import type { ExportJson, ImportJson } from "./transfer.ts";
import { type UserUseCases, userCommand } from "./users.ts";
import type { WithUseCases } from "./with-use-cases.ts";

/** The use cases that the commands call. */
export interface OperatorUseCases extends UserUseCases, SessionUseCases, EventUseCases {}

export interface CliOptions {
  readonly version: string;
  /** Reads settings that the environment lacks from this file. */
  useEnvFile(path: string): void;
  /** Runs the service until it is stopped. */
  serve(): Promise<void>;
  readonly withKeys: WithUseCases<KeysUseCases>;
  readonly withUseCases: WithUseCases<OperatorUseCases>;
  readonly exportJson: ExportJson;
  readonly importJson: ImportJson;
  readonly withFlaskImport: WithFlaskImport;
  readonly backup: Backup;
  readonly restore: Restore;
  /** Describes the configuration. */
  describeConfig(): Promise<ConfigReport>;
  /** Examines what the service needs, one part after the other. */
  examine(): AsyncIterable<Finding>;
}

/** Makes the command line `connect-auth`, which serves if no command is given. */
export function makeProgram(options: CliOptions): Command {
  const { version, serve, withKeys, withUseCases, withFlaskImport, exportJson, importJson } = options;
  const { useEnvFile, describeConfig, examine, backup, restore } = options;
  const program = withExamples(
    new Command("connect-auth")
      .description(ABOUT)
      .version(version, "-V, --version", "the version")
      .option("--env-file <path>", ENV_FILE, fileName),
    "connect-auth                           run the service",
    "connect-auth user disable ada          disable Ada's account and end its sessions",
    "connect-auth user show ada --json      for machines",
  );
  program.hook("preAction", () => {
    const { envFile } = program.opts<{ envFile?: string }>();
    if (envFile !== undefined) useEnvFile(envFile);
  });
  program
    .command("serve", { isDefault: true })
    .description("run the service until SIGTERM (what `npm start` does)")
    .allowExcessArguments()
    .action((_options, command: Command) => {
      // an unknown command arrives here as an argument
      if (command.args.length > 0) command.error("error: there is no such command");
      return serve();
    });
  program.addCommand(userCommand(withUseCases));
  program.addCommand(sessionCommand(withUseCases));
  program.addCommand(keysCommand(withKeys));
  program.addCommand(eventsCommand(withUseCases));
  program.addCommand(
    new Command("export").description("write data to a file").addCommand(exportJsonCommand(exportJson)),
  );
  program.addCommand(
    new Command("import")
      .description("import data from a file or from the Flask server")
      .addCommand(flaskCommand(withFlaskImport))
      .addCommand(importJsonCommand(importJson)),
  );
  program.addCommand(backupCommand(backup));
  program.addCommand(restoreCommand(restore));
  program.addCommand(configCommand(describeConfig));
  program.addCommand(doctorCommand(examine));
  return withManners(program);
}

const ABOUT = [
  "An auth service over HTTP: register, log in, refresh, revoke.",
  [
    "Every command works on the storage that the configuration names, beside running servers, and takes effect",
    "in them at once. All commands read the same settings, from environment variables and the file of settings. Results go",
    "to standard output, everything else to standard error. Passwords are typed at a prompt or read from standard",
    "input, never given as arguments. `connect-auth <command> --help` describes each command.",
  ].join(" "),
].join("\n\n");

const ENV_FILE =
  "file of settings; by default the file named by CONNECT_AUTH_ENV_FILE, or .env in the working directory";

function fileName(path: string): string {
  if (path === "") throw new InvalidArgumentError("Give the path of a file.");
  return path;
}

/** Runs the command in the arguments. Wrong usage is reported on standard error with exit status 2. */
export async function runProgram(program: Command, argv: readonly string[]): Promise<void> {
  let isService = false;
  program.hook("preAction", (_, command) => {
    isService = command.name() === "serve";
  });
  // before anything is written, including help and usage errors
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // the output of `serve` is a log, and a log that cannot be written must not end the service
    if (!isService) failUnlessClosed(error);
  });
  // there is nowhere left to report it
  process.stderr.on("error", () => {});
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // asking for help is no error
    process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
  }
}

/** Output that cannot be written is a failure, unless the reader closed the pipe early, like `head`. */
function failUnlessClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
