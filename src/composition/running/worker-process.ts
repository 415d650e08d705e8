import { type ChildProcess, fork, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { type Output, standardError, standardOutput } from "../../adapters/node/output.ts";
import type { Config } from "../settings/config.ts";
import { poolSizeFor } from "../settings/thread-pool.ts";
import {
  IS_WORKER,
  PORT_FD,
  type StartMessage,
  type ToWorker,
  type WorkerMessage,
} from "./worker-messages.ts";

/** How a worker ended, and what it had done. */
export interface WorkerEnd {
  /** How long it had served, in milliseconds. */
  readonly workedMs: number;
  /** Its exit status, or the signal that ended it. */
  readonly status: unknown;
  /** Why, where that is known. */
  readonly failure: string | undefined;
}

/** A process that serves beside others. */
export interface WorkerProcess {
  readonly pid: number | undefined;
  tell(message: ToWorker): void;
  hear(listener: (message: WorkerMessage) => void): void;
  /** Ends it at once. */
  kill(): void;
  /** Resolves once it has ended and all that it printed has arrived. */
  readonly ended: Promise<WorkerEnd>;
}

/** After so many seconds without a sign of life a worker is taken to hang, and killed. */
const SILENT_SECONDS = 10;
/** The same of one that has not said anything yet: a start takes long on a busy machine. */
const STARTING_SECONDS = 60;

/**
 * Starts a worker on a port that is bound, with the settings that this process has and a pool of threads with room for
 * the hashing that they allow. What it prints goes through this process: a line is written whole, and one descriptor
 * is shared by no two processes, each of which changes for the others whether writing waits.
 */
export function startWorker(config: Config, portFd: number, joins: boolean): WorkerProcess {
  const threads = process.env.UV_THREADPOOL_SIZE ?? String(poolSizeFor(config.HASH_CONCURRENCY));
  const stdio: StdioOptions = ["ignore", "pipe", "pipe", "ipc"];
  stdio[PORT_FD] = portFd;
  const child = fork(process.argv[1] as string, process.argv.slice(2), {
    env: { ...process.env, [IS_WORKER]: "true", UV_THREADPOOL_SIZE: threads },
    stdio,
    // settings are more than JSON can hold
    serialization: "advanced",
  });
  passOn(child.stdout, standardOutput());
  passOn(child.stderr, standardError());
  const ended = endOf(child);
  // one that dies just then need not be told
  const tell = (message: ToWorker) => void (child.connected && child.send(message, () => {}));
  tell({ type: "start", config, joins } satisfies StartMessage);
  return {
    pid: child.pid,
    tell,
    hear: (listener) => void child.on("message", listener),
    kill: () => void child.kill("SIGKILL"),
    ended,
  };
}

async function endOf(child: ChildProcess): Promise<WorkerEnd> {
  let servingSince: number | undefined;
  let failure: string | undefined;
  child.on("message", (message: WorkerMessage) => {
    if (message.type === "serving") servingSince = performance.now();
    if (message.type === "failed") failure = message.message;
  });
  const unwatch = killWhenSilent(child, (why) => {
    failure = why;
  });
  const status = await once(child, "close").then(
    ([code, signal]) => signal ?? code,
    (error) => {
      // it could not even be started
      failure = error.message;
      child.kill("SIGKILL");
      return error.code;
    },
  );
  unwatch();
  const workedMs = servingSince === undefined ? 0 : performance.now() - servingSince;
  return { workedMs, status, failure };
}

/**
 * Kills a process whose event loop does not turn: it is halted, or stuck. Seconds are counted here, one at a time, so
 * that none count in which this process was halted as well.
 */
function killWhenSilent(child: ChildProcess, tell: (why: string) => void): () => void {
  let silent = 0;
  let limit = STARTING_SECONDS;
  child.on("message", () => {
    silent = 0;
    limit = SILENT_SECONDS;
  });
  const timer = setInterval(() => {
    silent += 1;
    if (silent <= limit) return;
    tell(`It gave no sign of life for ${limit} seconds`);
    child.kill("SIGKILL");
  }, 1_000);
  return () => clearInterval(timer);
}

/** Passes on whole lines, and at the end what is left. */
function passOn(from: Readable | null, to: Output): void {
  let begun = "";
  from?.setEncoding("utf8");
  from?.on("data", (text: string) => {
    const end = text.lastIndexOf("\n") + 1;
    if (end === 0) {
      begun += text;
      return;
    }
    const lines = begun + text.slice(0, end);
    begun = text.slice(end);
    to.write(lines, lines.split("\n").length - 1);
  });
  from?.on("end", () => {
    if (begun !== "") to.write(`${begun}\n`);
  });
}
