import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Storage } from "../../src/application/ports/storage/storage.ts";

/** The end of all revocations that the tests with several processes add. */
export const UNTIL = new Date("2100-01-01T00:00:00.000Z");

const WORKER = fileURLToPath(new URL("storage-lmdb-worker.ts", import.meta.url));
const TYPESCRIPT = new URL("storage-typescript.mjs", import.meta.url).href;

/**
 * Runs a task of the worker to its end and blocks meanwhile: not even a timer of this process fires. `maxFileKib`
 * limits the size of its files, as on a full disk; 0 for no limit.
 */
export function runTask(directory: string, task: string, { args = [] as string[], maxFileKib = 0 } = {}) {
  const command = [process.execPath, "--import", TYPESCRIPT, WORKER, directory, task, ...args];
  const limit = maxFileKib > 0 ? `ulimit -f ${maxFileKib}; ` : "";
  const output = execFileSync("bash", ["-c", `${limit}exec "$@"`, "bash", ...command], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return JSON.parse(output);
}

/** Starts a task of the worker and waits for its first message. */
export async function startTask(directory: string, task: string): Promise<ChildProcess> {
  const child = fork(WORKER, [directory, task], {
    execArgv: ["--import", TYPESCRIPT],
    serialization: "advanced",
  });
  await once(child, "message");
  return child;
}

/** The result of a call in another process, or the code of its error. */
export type Ending = [status: "fulfilled" | "rejected", value: unknown];

type Repositories = Omit<Storage, "ping" | "close">;

/** Calls a storage method in a serving process. */
export function callIn(child: ChildProcess, directory: string) {
  child.setMaxListeners(0);
  return <R extends keyof Repositories, M extends keyof Repositories[R] & string>(
    repository: R,
    method: M,
    ...args: Repositories[R][M] extends (...args: infer A) => unknown ? A : never
  ): Promise<Ending> =>
    new Promise((resolve) => {
      const id = Math.random();
      const onMessage = ([answered, ...ending]: [number, ...Ending]) => {
        if (answered !== id) return;
        child.off("message", onMessage);
        resolve(ending);
      };
      child.on("message", onMessage);
      child.send([id, directory, [repository, method], args]);
    });
}
