import { setTimeout } from "node:timers/promises";
import { MongoClient } from "mongodb";
import { type MongoProcess, startMongoProcess } from "../support/mongo-process.ts";
import { proxiedDatabase } from "../support/mongo-proxy.ts";
import { dropDatabase, freshDatabase, mongoServer } from "../support/storage-mongodb.ts";
import { aWhile, type Disturb, type Fault, play, SECRET_KEY } from "./fault.ts";
import { openScene, type Scene } from "./scene.ts";

/** Faults of MongoDB itself and of the network to it. */

/** Time for connections to be made anew, if necessary by a new client of the driver. */
const RECOVERY_MS = 5_000;

/** Clients at a database that is faulty from the start of each disturbance until it has recovered. */
function atDatabase<Place extends { readonly uri: string }>(
  name: string,
  times: number,
  open: () => Promise<Place & { remove(): Promise<void> }>,
  disturb: (place: Place, scene: Scene) => Promise<void>,
): Fault {
  return {
    name,
    storage: "MongoDB",
    times,
    async run(random, count) {
      const place = await open();
      const scene = await openScene(random, { env: { MONGO_URI: place.uri, SECRET_KEY } });
      const disturbed: Disturb = () =>
        scene.journal.disturbed({}, async () => {
          await disturb(place, scene);
          await setTimeout(RECOVERY_MS);
        });
      const journal = await play(scene, count, disturbed);
      await place.remove();
      return journal;
    },
  };
}

/** The storage is out of reach for a while. */
const awayForAWhile = (scene: Scene) =>
  scene.journal.disturbed({ isStorageAway: true }, () => aWhile(scene, 2_000));

type Way = Awaited<ReturnType<typeof proxiedDatabase>>["proxy"];

async function openWay() {
  const { proxied: uri, direct, proxy: way } = await proxiedDatabase();
  const remove = async () => {
    await way.close();
    await dropDatabase(direct);
  };
  return { uri, way, remove };
}

const onTheWay = (name: string, times: number, disturb: (way: Way, scene: Scene) => Promise<void>) =>
  atDatabase(name, times, openWay, async ({ way }, scene) => {
    await disturb(way, scene);
    await way.resume();
  });

const away = (begin: (way: Way) => void | Promise<void>) => async (way: Way, scene: Scene) => {
  await begin(way);
  await awayForAWhile(scene);
};

const WAY_FAULTS: readonly Fault[] = [
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
];

async function openOwnServer() {
  const server = await startMongoProcess();
  if (!server) throw new Error("TEST_MONGO_COMMAND names no program that is there");
  return { uri: freshDatabase(server.uri), server, remove: server.remove };
}

const onItsOwnServer = (name: string, disturb: (server: MongoProcess, scene: Scene) => Promise<void>) =>
  atDatabase(name, 10, openOwnServer, ({ server }, scene) => disturb(server, scene));

const PROCESS_FAULTS: readonly Fault[] = [
  onItsOwnServer("SIGSTOP of the store", async ({ child }, scene) => {
    child.kill("SIGSTOP");
    await awayForAWhile(scene);
    child.kill("SIGCONT");
  }),
  onItsOwnServer("the store restarted", async (server, scene) => {
    await server.end();
    await awayForAWhile(scene);
    await server.startAgain();
  }),
];

/** The recovery time of a replica set: long enough for an election. */
const ELECTION_MS = 15_000;

async function openReplicaSet() {
  const uri = freshDatabase();
  const client = new MongoClient(uri);
  const remove = async () => {
    await client.close();
    await dropDatabase(uri);
  };
  return { uri, client, remove };
}

/** Sends a command to the primary. One that ends at once does not answer. */
const onPrimary = (name: string, times: number, command: Record<string, unknown>) =>
  atDatabase(name, times, openReplicaSet, async ({ client }) => {
    await client
      .db("admin")
      .command(command)
      .catch(() => {});
    await setTimeout(ELECTION_MS);
    // waits for a primary
    await client.db().command({ ping: 1 });
  });

/** After a shutdown the supervisor of the replica set must start the primary again. */
const REPLICA_SET_FAULTS: readonly Fault[] = [
  onPrimary("the primary steps down", 10, { replSetStepDown: 10, force: true }),
  onPrimary("the primary shut down", 3, { shutdown: 1, force: true, timeoutSecs: 0 }),
];

async function isReplicaSet(): Promise<boolean> {
  const client = new MongoClient(freshDatabase());
  try {
    return (await client.db("admin").command({ hello: 1 })).setName !== undefined;
  } catch {
    // a server without `hello` is not a replica set
    return false;
  } finally {
    await client.close();
  }
}

/** Readable lines about the faults that cannot run here, with the reason. */
export const SKIPPED: string[] = [];

function only(faults: readonly Fault[], isPossible: boolean, want: string): readonly Fault[] {
  if (isPossible) return faults;
  SKIPPED.push(`${faults.map(({ name }) => name).join(", ")}: for want of ${want}`);
  return [];
}

export const STORE_FAULTS: readonly Fault[] = [
  ...only(WAY_FAULTS, mongoServer !== undefined, "TEST_MONGO_URI, like all others on MongoDB"),
  ...only(PROCESS_FAULTS, process.env.TEST_MONGO_COMMAND !== undefined, "TEST_MONGO_COMMAND"),
  ...only(
    REPLICA_SET_FAULTS,
    mongoServer !== undefined && (await isReplicaSet()),
    "a replica set in TEST_MONGO_URI",
  ),
];
