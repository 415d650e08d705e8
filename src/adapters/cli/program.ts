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

/** What the commands call; each of them names its part. */
export interface OperatorUseCases extends UserUseCases, SessionUseCases, EventUseCases {}

export interface CliOptions {
  readonly version: string;
  /** Has settings read from this file where the environment has none. */
  useEnvFile(path: string): void;
  /** Runs the service until it is told to stop. */
  serve(): Promise<void>;
  readonly withKeys: WithUseCases<KeysUseCases>;
  readonly withUseCases: WithUseCases<OperatorUseCases>;
  readonly exportJson: ExportJson;
  readonly importJson: ImportJson;
  readonly withFlaskImport: WithFlaskImport;
  readonly backup: Backup;
  readonly restore: Restore;
  /** What the configuration says. */
  describeConfig(): Promise<ConfigReport>;
  /** Looks at what the service needs, one thing after the other. */
  examine(): AsyncIterable<Finding>;
}

/** The command line `connect-auth`; without a command it serves. */
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
      // an unknown command comes here, too
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

/** Runs what the arguments say. A fault in them is told on standard error and gives exit status 2. */
export async function runProgram(program: Command, argv: readonly string[]): Promise<void> {
  let isService = false;
  program.hook("preAction", (_, command) => {
    isService = command.name() === "serve";
  });
  // before anything is written, be it the help or a fault in the arguments
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // what `serve` prints is a log, and a log that cannot be written ends no service
    if (!isService) failUnlessClosed(error);
  });
  // there is nowhere to tell it
  process.stderr.on("error", () => {});
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // asking for help is no fault
    process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
  }
}

/** An answer that is not written is a fault, but the reader may have seen enough, as `head` has. */
function failUnlessClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
