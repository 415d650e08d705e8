import { once } from "node:events";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { proxiedDatabase } from "../support/mongo-proxy.ts";
import { temporaryDirectory } from "../support/server-process.ts";
import { sharedStorages } from "../support/storage-choices.ts";
import { workersOf } from "../support/worker-processes.ts";
import type { Journal } from "./journal.ts";
import type { Random } from "./people.ts";
import { openScene, type Scene, type SceneServer } from "./scene.ts";

/** A way in which things go wrong, so many times in a row, while people go on. */
export interface Fault {
  readonly name: string;
  readonly storage: string;
  /** How often in the long form. */
  readonly times: number;
  run(random: Random, times: number): Promise<Journal>;
}

const SECRET_KEY = "a secret that all servers of a scene have";
const DURABLE_TIMES: Readonly<Record<string, number>> = { LMDB: 200, MongoDB: 50 };

/** People go on for a while that nobody can foresee. */
const aWhile = ({ random }: Scene, most = 400) => setTimeout(50 + random() * most);

type Disturb = (scene: Scene) => Promise<void>;

/** Disturbs people so many times, each time after a while, and resolves to what was written down. */
async function play(scene: Scene, times: number, disturb: Disturb): Promise<Journal> {
  for (let time = 0; time < times; time += 1) {
    await aWhile(scene);
    await disturb(scene);
  }
  return scene.end();
}

/** The same fault on every storage that processes can share. */
function onEach(
  name: string,
  options: { servers?: number; env?: Record<string, string>; under?: readonly string[] },
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

const kill: Disturb = ({ servers: [server] }) => server?.killAndStart() ?? Promise.resolve();

const killOneOfTwo: Disturb = async ({ random, servers }) => servers[random() < 0.5 ? 0 : 1]?.killAndStart();

/** How often a worker has come to serve in the place of another, as the log says. */
const timesReplaced = (server: SceneServer) => server.process().output().split('"worker_replaced"').length;

const killWorker: Disturb = async ({ random, servers: [server], journal }) => {
  if (!server) return;
  await journal.disturbed({ server: 0 }, async () => {
    const workers = workersOf(server.process());
    const before = timesReplaced(server);
    const victim = workers[Math.floor(random() * workers.length)];
    if (victim) process.kill(victim, "SIGKILL");
    while (timesReplaced(server) === before) await setTimeout(20);
  });
};

/** What can become of the way to a database. */
type Way = Awaited<ReturnType<typeof proxiedDatabase>>["proxy"];

function onTheWay(name: string, times: number, disturb: (way: Way, scene: Scene) => Promise<void>): Fault {
  return {
    name,
    storage: "MongoDB",
    times,
    async run(random, count) {
      const { proxied: MONGO_URI, proxy } = await proxiedDatabase();
      const scene = await openScene(random, { env: { MONGO_URI, SECRET_KEY } });
      const journal = await play(scene, count, () =>
        scene.journal.disturbed({}, async () => {
          await disturb(proxy, scene);
          await proxy.resume();
          // connections are made anew
          await setTimeout(3_000);
        }),
      );
      await proxy.close();
      return journal;
    },
  };
}

const away = (begin: (way: Way) => void | Promise<void>) => async (way: Way, scene: Scene) => {
  await begin(way);
  await scene.journal.disturbed({ isStorageAway: true }, () => aWhile(scene, 2_000));
};

const mongo: Fault[] = sharedStorages.some(({ name }) => name === "MongoDB")
  ? [
      onTheWay(
        "the store's connections cut",
        10,
        away((way) => way.cut()),
      ),
      onTheWay(
        "the store silent",
        5,
        away((way) => way.pause()),
      ),
      onTheWay(
        "the store's answers lost",
        5,
        away((way) => way.pauseAnswers()),
      ),
      onTheWay("the store slow", 10, async (way, scene) => {
        way.delay(20 + scene.random() * 200);
        await aWhile(scene, 1_000);
      }),
    ]
  : [];

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
        // in blocks of 512 bytes, never full at the same place
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

/** Starts the odd server in the place of the service. */
const ODD = new URL("./odd-server.ts", import.meta.url).pathname;
const LOADER = new URL("../support/storage-typescript.mjs", import.meta.url).href;
const ODDLY = ["/bin/sh", "-c", `exec '${process.execPath}' --import '${LOADER}' '${ODD}'`] as const;

const HOUR_MS = 3_600_000;

const clockJumps: Fault = {
  name: "the clock wrong by hours",
  storage: "LMDB",
  times: 20,
  async run(random, times) {
    const { path, remove } = temporaryDirectory();
    const CLOCK_FILE = join(path, "clock");
    // the store is half a day old: before its first key was made, there is none to sign with
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

/** A service with a bug, killed now and then: what must not go unnoticed. */
export function planted(bug: string): Fault {
  const [fault] = onEach(bug, { env: { BUG: bug }, under: ODDLY }, kill);
  if (!fault) throw new Error("There is no storage");
  return fault;
}

export const FAULTS: readonly Fault[] = [
  ...onEach("SIGKILL of the server", {}, kill),
  ...onEach("SIGKILL of one of two servers", { servers: 2, env: { SECRET_KEY } }, killOneOfTwo),
  ...onEach("SIGKILL of one of two workers", { env: { WORKERS: "2" } }, killWorker),
  ...mongo,
  diskFull,
  clockJumps,
];
