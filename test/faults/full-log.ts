import { closeSync, openSync, statfsSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { callOther } from "../support/api.ts";
import { startUnseen } from "../support/bad-output.ts";
import { type ServerProcess, temporaryDirectory } from "../support/server-process.ts";
import { smallDisk } from "../support/small-disk.ts";
import { aWhile, type Fault, play } from "./fault.ts";
import { openScene, type SceneServer } from "./scene.ts";

const DISK_KIB = 64;

interface Log {
  readonly file: string;
  isFull(): boolean;
  /** Empties the file, as an operator would. */
  empty(): void;
  remove(): void;
}

/** A file on a disk with little room, or `/dev/full` if no disk can be mounted. */
function smallLog(): Log {
  const { path, under, remove } = smallDisk(DISK_KIB, 0);
  if (under.length > 0) return { file: "/dev/full", isFull: () => true, empty() {}, remove };
  const file = join(path, "log");
  return {
    file,
    isFull: () => statfsSync(path).bavail === 0,
    empty: () => truncateSync(file),
    remove,
  };
}

const isReady = async (url: string) =>
  (await callOther(url, "GET /health/ready").catch(() => undefined))?.status === 200;

async function startLogged(file: string, variables: { readonly PORT: string }): Promise<ServerProcess> {
  const fd = openSync(file, "a");
  const server = startUnseen({ ...variables }, fd, Number(variables.PORT));
  closeSync(fd);
  while (!(await isReady(server.url))) {
    const { exitCode, signalCode } = server.child;
    const ended = exitCode ?? signalCode;
    if (ended !== null) throw new Error(`The server ended with ${ended}`);
    await setTimeout(50);
  }
  return server;
}

/** A log without room must not disturb clients, and the server must end normally. */
export const fullLog: Fault = {
  name: "no room for the log",
  storage: "LMDB",
  times: 20,
  async run(random, times) {
    const { path, remove } = temporaryDirectory();
    const log = smallLog();
    const scene = await openScene(random, {
      env: { DATA_DIR: path, LOG_LEVEL: "trace" },
      start: (variables) => startLogged(log.file, variables),
    });
    const [server] = scene.servers as [SceneServer];
    const journal = await play(scene, times, async () => {
      while (!log.isFull()) await setTimeout(20);
      await aWhile(scene, 1_000);
      await scene.journal.disturbed({ server: 0 }, async () => {
        const status = await server.process().end();
        const value = typeof status === "number" ? status : Number.POSITIVE_INFINITY;
        scene.journal.measures.push({ what: "the status after SIGTERM", value, most: 0 });
        await server.startAgain();
      });
      if (random() < 0.5) log.empty();
    });
    log.remove();
    remove();
    return journal;
  },
};
