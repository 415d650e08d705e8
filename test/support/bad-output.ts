import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, openSync } from "node:fs";
import { join } from "node:path";
import { FREE_AND_CHEAP, MAIN, temporaryDirectory } from "./server-process.ts";

/** Standard output and standard error that cannot be written, as a descriptor for a process, and how to release it. */
interface BadOutput {
  readonly fd: number;
  release(): void;
}

function fifo(): { path: string; remove: () => void } {
  const directory = temporaryDirectory();
  const path = join(directory.path, "pipe");
  if (spawnSync("mkfifo", [path]).status !== 0) throw new Error("No pipe could be made");
  return { path, remove: directory.remove };
}

/** Ways in which writing the log fails, by readable names. */
export const BAD_OUTPUTS: Readonly<Record<string, () => BadOutput>> = {
  "a device that is full": () => {
    const fd = openSync("/dev/full", "w");
    return { fd, release: () => closeSync(fd) };
  },
  "a pipe that nobody reads": () => {
    const { path, remove } = fifo();
    const reader = openSync(path, constants.O_RDWR);
    const fd = openSync(path, "w");
    return {
      fd,
      release() {
        closeSync(fd);
        closeSync(reader);
        remove();
      },
    };
  },
  "a pipe whose reader is gone": () => {
    const { path, remove } = fifo();
    const reader = openSync(path, constants.O_RDWR);
    const fd = openSync(path, "w");
    closeSync(reader);
    return {
      fd,
      release() {
        closeSync(fd);
        remove();
      },
    };
  },
};

/** Starts a service with its output going to a descriptor, on a port that must be free. */
export function startUnseen(env: Record<string, string>, stdio: number | "pipe", port: number) {
  const child = spawn(process.execPath, [MAIN, "serve"], {
    env: {
      PATH: process.env.PATH ?? "",
      LOG_LEVEL: "trace",
      SHUTDOWN_GRACE: "0s",
      PORT: String(port),
      ...FREE_AND_CHEAP,
      ...env,
    },
    stdio: ["ignore", stdio, stdio],
  });
  const exited = once(child, "exit");
  return {
    child,
    url: `http://127.0.0.1:${port}`,
    output: () => "",
    async end(signal: NodeJS.Signals = "SIGTERM"): Promise<number | NodeJS.Signals> {
      child.kill(signal);
      const [status, ended] = await exited;
      return status ?? ended;
    },
  };
}
