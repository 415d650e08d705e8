import { Command, Option } from "commander";
import { withExamples } from "./help.ts";
import { counted, JSON_OPTION, type JsonOption, printJson, printLine } from "./output.ts";
import { askOnTerminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

/** Facts about a backup. */
export interface BackupFacts {
  /** It contains every write that was acknowledged before this moment. */
  readonly at: Date;
  /** The number of signing keys. */
  readonly keys: number;
}

/** Makes a backup of the store. @throws Error with a message for the operator */
export type Backup = (request: {
  readonly file: string;
  /** Whether an existing file may be replaced. */
  readonly overwrite: boolean;
}) => Promise<BackupFacts & { readonly bytes: number }>;

export interface Restored extends BackupFacts {
  readonly directory: string;
  /** Whether the signing keys were retired and all sessions ended. */
  readonly retired: boolean;
  readonly sessionsEnded: number;
  /** Whether the store was used with another secret before. */
  readonly secretChanged: boolean;
}

/** Restores a store from a backup. @throws Error with a message for the operator */
export type Restore = (request: {
  readonly file: string;
  /**
   * Called once, before anything is moved into place: decides whether to retire the keys and end all sessions.
   */
  choose(facts: BackupFacts): Promise<boolean>;
  warn(what: string): void;
}) => Promise<Restored>;

const MORE_OF_BACKUP = `
The service continues to run. The backup contains password hashes, addresses, sessions and the signing keys, sealed
under SECRET_KEY, but not the secret itself. Keep both, in separate places: docs/guides/backup.md.`;

/** `backup`: copies the whole embedded store into one file. */
export function backupCommand(backup: Backup): Command {
  const command = new Command("backup")
    .description("copy the embedded store to a file while the service runs")
    .argument("<file>", "the file to write, readable by its owner only")
    .option("--force", "replace an existing file")
    .option(...JSON_OPTION)
    .addHelpText("after", MORE_OF_BACKUP)
    .action(async (file: string, { force = false, json }: JsonOption & { force?: boolean }) => {
      const { at, keys, bytes } = await backup({ file, overwrite: force });
      if (json) printJson({ file, at: at.toISOString(), bytes, keys, secret: false });
      else printLine(`backed up: ${bytes} bytes, as of ${at.toISOString()}, ${keysText(keys)}`);
    });
  return withExamples(command, "connect-auth backup /var/backups/connect-auth/$(date +%F).backup");
}

interface RestoreOptions extends JsonOption {
  readonly retireKeys?: true;
  readonly keepKeys?: true;
}

const MORE_OF_RESTORE = `
The store is restored to the time of the backup. Tokens and sessions revoked since become valid again until they
expire, unless --retire-keys ends all of them: then all users log in again, and request mailed links again.`;

/** `restore`: restores a file of `backup` into a directory without a store. */
export function restoreCommand(restore: Restore): Command {
  const command = new Command("restore")
    .description("restore a file of `backup` into a DATA_DIR without a store")
    .argument("<file>", "the file made by `backup`")
    .addOption(
      new Option("--retire-keys", "retire the signing keys and end all sessions").conflicts("keepKeys"),
    )
    .addOption(new Option("--keep-keys", "keep keys and sessions, including those revoked since"))
    .option(...JSON_OPTION)
    .addHelpText("after", MORE_OF_RESTORE)
    .action(async (file: string, options: RestoreOptions) => {
      requireChoice(options);
      const warn = (what: string) => console.error(`warning: ${what}`);
      const restored = await restore({ file, warn, choose: (facts) => choose(options, facts) });
      if (!restored.retired) warn(revived(restored.at));
      if (options.json) printJson(entry(restored));
      else printLine(line(restored));
    });
  return withExamples(command, "connect-auth restore last.backup --retire-keys");
}

const SAY = "Choose what to do with keys and sessions: --retire-keys or --keep-keys";

function requireChoice({ retireKeys, keepKeys }: RestoreOptions): void {
  if (!retireKeys && !keepKeys && !process.stdin.isTTY) throw new UsageError(SAY);
}

async function choose({ retireKeys, keepKeys }: RestoreOptions, facts: BackupFacts): Promise<boolean> {
  if (retireKeys || keepKeys) return retireKeys === true;
  const question = `The backup has ${keysText(facts.keys)}. ${revived(facts.at)}.\nRetire the keys and end all sessions, or keep them? [retire/keep] `;
  const answer = await askOnTerminal(question, SAY);
  if (answer !== "retire" && answer !== "keep") {
    throw new UsageError("Nothing was restored: the answer is neither retire nor keep");
  }
  return answer === "retire";
}

function keysText(keys: number): string {
  return keys === 0 ? "no signing keys" : `${counted(keys, "signing key")}, sealed under SECRET_KEY`;
}

function revived(at: Date): string {
  return `Sessions and tokens revoked after ${at.toISOString()} become valid again if they are kept`;
}

function entry({ directory, at, keys, retired, sessionsEnded, secretChanged }: Restored) {
  return {
    data_dir: directory,
    at: at.toISOString(),
    keys,
    retired,
    sessions_ended: sessionsEnded,
    secret_changed: secretChanged,
  };
}

function line({ directory, at, keys, retired, sessionsEnded, secretChanged }: Restored): string {
  const what = retired
    ? `${counted(keys, "signing key")} retired, ${counted(sessionsEnded, "session")} ended`
    : `with ${keysText(keys)}`;
  const secret = secretChanged ? "; the service has another secret now" : "";
  return `restored to ${directory}: as of ${at.toISOString()}, ${what}${secret}`;
}
