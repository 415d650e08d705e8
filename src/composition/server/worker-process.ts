import { type ChildProcess, fork, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { type Output, standardError, standardOutput } from "../../adapters/node/output.ts";
import type { Config } from "../settings/config.ts";
import { poolSizeFor } from "../settings/thread-pool.ts";
import type { DriverChoice } from "../wiring/argon2-driver.ts";
import {
  IS_WORKER,
  PORT_FD,
  type StartMessage,
  type ToWorker,
  type WorkerMessage,
} from "./worker-messages.ts";

/** How a worker ended. */
export interface WorkerEnd {
  /** How long it had served, in milliseconds. */
  readonly workedMs: number;
  /** Its exit status, or the signal that ended it. */
  readonly status: unknown;
  /** The reason, if it is known. */
  readonly failure: string | undefined;
}

/** One of several serving processes. */
export interface WorkerProcess {
  readonly pid: number | undefined;
  send(message: ToWorker): void;
  onMessage(listener: (message: WorkerMessage) => void): void;
  /** Kills the process immediately. */
  kill(): void;
  /** Resolves once it has ended and all its output has arrived. */
  readonly ended: Promise<WorkerEnd>;
}

/** A worker without a sign of life for this many seconds is taken to hang, and is killed. */
const SILENT_SECONDS = 10;
/** The limit before a worker's first sign of life: a start takes long on a busy machine. */
const STARTING_SECONDS = 60;

/**
 * Starts a worker on a bound port, with this process's settings and a thread pool that is large enough for the
 * hashing they allow. The worker's output goes through this process, so that lines stay whole and no two
 * processes share a descriptor: a process that sets a shared descriptor to (non-)blocking changes it for all.
 */
export function startWorker(
  config: Config,
  hashing: Promise<DriverChoice>,
  portFd: number,
  joins: boolean,
): WorkerProcess {
  const threads = process.env.UV_THREADPOOL_SIZE ?? String(poolSizeFor(config.HASH_CONCURRENCY));
  const stdio: StdioOptions = ["ignore", "pipe", "pipe", "ipc"];
  stdio[PORT_FD] = portFd;
  const child = fork(process.argv[1] as string, process.argv.slice(2), {
    env: { ...process.env, [IS_WORKER]: "true", UV_THREADPOOL_SIZE: threads },
    stdio,
    // JSON cannot hold all values of settings
    serialization: "advanced",
  });
  passOn(child.stdout, standardOutput());
  passOn(child.stderr, standardError());
  const ended = endOf(child);
  // a worker that is just dying does not need the message
  const send = (message: ToWorker) => void (child.connected && child.send(message, () => {}));
  void hashing.then(
    (chosen) => send({ type: "start", config, hashing: chosen, joins } satisfies StartMessage),
    // the start fails, and ends this worker
    () => {},
  );
  return {
    pid: child.pid,
    send,
    onMessage: (listener) => void child.on("message", listener),
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
      // the process could not be started
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
 * Kills a process whose event loop is halted or stuck. Seconds are counted one at a time, so that time in which
 * this process was halted as well does not count.
 */
function killWhenSilent(child: ChildProcess, report: (why: string) => void): () => void {
  let silent = 0;
  let limit = STARTING_SECONDS;
  child.on("message", () => {
    silent = 0;
    limit = SILENT_SECONDS;
  });
  const timer = setInterval(() => {
    silent += 1;
    if (silent <= limit) return;
    report(`It gave no sign of life for ${limit} seconds`);
    child.kill("SIGKILL");
  }, 1_000);
  return () => clearInterval(timer);
}

/** Passes on whole lines, and the rest at the end. */
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
