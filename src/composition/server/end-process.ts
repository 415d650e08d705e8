import { statfs } from "node:fs/promises";
import { standardOutput } from "../../adapters/node/output.ts";
import type { Config } from "../settings/config.ts";
import { atMost } from "../wiring/background.ts";
import type { RunningService } from "./service.ts";

/** Exit status of a process that could not write its storage (`EX_IOERR` of sysexits). */
const EXIT_STORAGE = 74;

/** How long a stop may take after its grace. */
export const STOP_MS = 10_000;
/** How long the end of the process waits for the last lines of the log. */
const LAST_LINES_MS = 1_000;

/**
 * Ends the process once its work is done, or after `latestMs` milliseconds even if the storage, the mail server
 * or the reader of the log hangs. The exit status is 1 if the work failed or was cut off.
 */
export async function endAfter(done: Promise<unknown>, latestMs: number): Promise<void> {
  const cutOff = () => {
    console.error(`The stop was cut off after ${latestMs / 1_000} s`);
    process.exit(process.exitCode || 1);
  };
  setTimeout(cutOff, latestMs).unref();
  await done.catch((error) => {
    console.error(error);
    process.exitCode ||= 1;
  });
  await atMost(LAST_LINES_MS, standardOutput().idle());
  // output waiting in a pipe that nobody reads would keep the process alive
  process.exit();
}

/**
 * Stops the service and ends the process with `EXIT_STORAGE` after the storage has failed. The operator
 * restarts it once the fault is repaired. Waiting requests are refused.
 */
export async function endForStorage(service: RunningService, fault: Error, config: Config): Promise<void> {
  process.exitCode = EXIT_STORAGE;
  console.error(await explainFault(fault, config));
  await service.stop();
}

async function explainFault({ message, cause }: Error, { DATA_DIR }: Config): Promise<string> {
  // LMDB would continue its pending writes
  const reason = cause instanceof Error ? cause.message.split(":")[0] : "no reason is known";
  const room = await statfs(DATA_DIR).then(
    ({ bavail, bsize }) => `${Math.floor((bavail * bsize) / 1_024)} KB are free there`,
    () => "the directory cannot be looked at",
  );
  return [
    `${message}: ${reason}; ${room}.`,
    "All acknowledged writes are kept. Make room, or raise the limit on the size of files, and start the service again.",
  ].join("\n");
}
