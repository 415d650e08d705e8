import { once } from "node:events";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { temporaryDirectory } from "../support/server-process.ts";
import { sharedStorages } from "../support/storage-choices.ts";
import { workersOf } from "../support/worker-processes.ts";
import { aWhile, type Disturb, type Fault, ODDLY, play, SECRET_KEY } from "./fault.ts";
import { fullLog } from "./full-log.ts";
import { greedyClient } from "./greedy-client.ts";
import type { Random } from "./people.ts";
import { openScene, type SceneServer } from "./scene.ts";
import { stalledReaders } from "./stalled-readers.ts";
import { STORE_FAULTS } from "./store-faults.ts";

/** All faults, each on every storage where it can happen. */

const DURABLE_TIMES: Readonly<Record<string, number>> = { LMDB: 200, MongoDB: 50 };

/** The same fault on every storage that processes can share. */
function onEach(
  name: string,
  options: {
    servers?: number;
    env?: Record<string, string>;
    under?: readonly string[];
  },
  disturb: Disturb,
): Fault[] {
  return sharedStorages.map((choice) => ({
    name,
    storage: choice.name,
    times: DURABLE_TIMES[choice.name] ?? 50,
    async run(random, times) {
      const storage = choice.open();
      const env = { ...storage.env, ...options.env };
      const { servers = 1, under = [] } = options;
      const scene = await openScene(random, { env, servers, under: () => under });
      const journal = await play(scene, times, disturb);
      await storage.remove();
      return journal;
    },
  }));
}

const oneOf = <T>(random: Random, things: readonly T[]) => things[Math.floor(random() * things.length)] as T;

const kill: Disturb = ({ random, servers }) => oneOf(random, servers).killAndStart();

/** Requires odd servers. */
const dieInAWrite: Disturb = ({ random, servers }) =>
  oneOf(random, servers).killAndStart(({ end }) => end("SIGUSR2"));

/** The number of replaced workers in the log, plus 1. */
const timesReplaced = (server: SceneServer) => server.process().output().split('"worker_replaced"').length;

const killWorker: Disturb = async ({ random, servers: [server], journal }) => {
  if (!server) return;
  await journal.disturbed({ server: 0 }, async () => {
    const before = timesReplaced(server);
    process.kill(oneOf(random, workersOf(server.process())), "SIGKILL");
    while (timesReplaced(server) === before) await setTimeout(20);
  });
};

/** The reader of the log pauses until the pipe is full, then goes on. No client may notice. */
const logUnread: Disturb = async (scene) => {
  const [server] = scene.servers as [SceneServer];
  const { stdout } = server.process().child;
  stdout?.pause();
  await aWhile(scene, 2_000);
  stdout?.resume();
};

const diskFull: Fault = {
  name: "the disk full",
  storage: "LMDB",
  times: 20,
  async run(random, times) {
    const { path, remove } = temporaryDirectory();
    let limit: readonly string[] = [];
    const scene = await openScene(random, { env: { DATA_DIR: path }, under: () => limit });
    const [server] = scene.servers as [SceneServer];
    const journal = await play(scene, times, () =>
      scene.journal.disturbed({ server: 0 }, async () => {
        await server.process().end();
        // in blocks of 512 bytes; the disk is full at another place each time
        const blocks =
          Math.ceil(statSync(join(path, "data.mdb")).size / 512) + 400 + Math.floor(random() * 800);
        limit = ["/bin/sh", "-c", `ulimit -f ${blocks} && exec "$@"`, "sh"];
        await server.startAgain();
        await once(server.process().child, "close");
        limit = [];
        await server.startAgain();
      }),
    );
    remove();
    return journal;
  },
};

const HOUR_MS = 3_600_000;

const clockJumps: Fault = {
  name: "the clock wrong by hours",
  storage: "LMDB",
  times: 20,
  async run(random, times) {
    const { path, remove } = temporaryDirectory();
    const CLOCK_FILE = join(path, "clock");
    // the store is half a day old: an earlier clock would be before its first signing key
    writeFileSync(CLOCK_FILE, String(-12 * HOUR_MS));
    const scene = await openScene(random, { env: { DATA_DIR: path, CLOCK_FILE }, under: () => ODDLY });
    scene.journal.mayRefuse = true;
    let jumps = 0;
    const journal = await play(scene, times + 1, async () => {
      jumps += 1;
      const wrongMs = jumps > times ? 0 : Math.round((random() - 0.5) * 12 * HOUR_MS);
      writeFileSync(CLOCK_FILE, String(wrongMs));
    });
    remove();
    return journal;
  },
};

/** A service with a planted bug, killed repeatedly: the checker must find it. */
export function planted(bug: string): Fault {
  const [fault] = onEach(bug, { env: { BUG: bug }, under: ODDLY }, kill);
  if (!fault) throw new Error("There is no storage");
  return fault;
}

/** A service with a planted bug, beside clients that read nothing. */
export const plantedForReaders = (bug: string): Fault => stalledReaders(bug, { BUG: bug });

export const FAULTS: readonly Fault[] = [
  ...onEach("SIGKILL of the server", {}, kill),
  ...onEach("SIGKILL of one of two servers", { servers: 2, env: { SECRET_KEY } }, kill),
  ...onEach("SIGKILL of one of two workers", { env: { WORKERS: "2" } }, killWorker),
  ...onEach(
    "one of two servers dies in a write",
    { servers: 2, env: { SECRET_KEY }, under: ODDLY },
    dieInAWrite,
  ),
  ...onEach("the log not read", {}, logUnread),
  ...onEach("the log of two workers not read", { env: { WORKERS: "2" } }, logUnread),
  ...STORE_FAULTS,
  diskFull,
  clockJumps,
  stalledReaders("clients that read nothing"),
  fullLog,
  greedyClient,
];
