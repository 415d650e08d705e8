import { readFileSync } from "node:fs";
import { ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { RevocationRepository } from "../../src/application/ports/storage/revocations.ts";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import { startService } from "../../src/composition/server/service.ts";
import { readConfig } from "../../src/composition/settings/config.ts";
import { wrapCalls, wrapPorts } from "../../src/composition/wiring/wrap-ports.ts";

/**
 * The service with one oddity. `BUG` names a bug planted in its storage or its server, which the fault run must find.
 * `CLOCK_FILE` holds the milliseconds by which its clock is wrong, and SIGUSR2 kills it within its next write: neither
 * of these may cause a violation.
 */

const LATE_MS = 400;

type Find = RevocationRepository["find"];

const BUGS: Readonly<Record<string, (storage: Storage) => Storage>> = {
  none: (storage) => storage,
  /** A registration is acknowledged before it is written. */
  "acknowledged before the write": (storage) => ({
    ...storage,
    users: {
      ...storage.users,
      async add(user) {
        setTimeout(() => void storage.users.add(user).catch(() => {}), LATE_MS);
      },
      findById: async (id) => (await storage.users.findById(id)) ?? storage.users.findById(id),
    },
  }),
  /** A revocation is kept in the memory of this process only. */
  "revocations in memory": (storage) => {
    const known = new Set<string>();
    const find: Find = async (keys, now) => {
      const stored = await storage.revocations.find(keys, now);
      return new Set([...stored, ...keys.filter((key) => known.has(key))]);
    };
    const add = async (key: string) => !known.has(key) && known.add(key).size > 0;
    return { ...storage, revocations: { ...storage.revocations, find, add } };
  },
  /** A check is answered from a stale read. */
  "a stale snapshot": (storage) => {
    const read = new Map<string, { readonly at: number; readonly answer: ReturnType<Find> }>();
    const find: Find = (keys, now) => {
      const name = keys.join(" ");
      const known = read.get(name);
      if (known && Date.now() - known.at < LATE_MS) return known.answer;
      const answer = storage.revocations.find(keys, now);
      read.set(name, { at: Date.now(), answer });
      return answer;
    };
    return { ...storage, revocations: { ...storage.revocations, find } };
  },
};

const READS = /^(find|list)/;

/** After SIGUSR2 this process kills itself during its next write. */
function mortal(storage: Storage): Storage {
  let isDying = false;
  process.once("SIGUSR2", () => {
    isDying = true;
  });
  const die = () => process.kill(process.pid, "SIGKILL");
  const around = async (call: () => Promise<unknown>, name: string) => {
    if (!isDying || READS.test(name)) return call();
    setTimeout(die, Math.random() * 3);
    await call();
    return die();
  };
  return wrapPorts(storage, (port) => wrapCalls(port, around));
}

/** Bugs planted in Node.js's HTTP server, for faults outside the storage. */
const SERVER_BUGS: Readonly<Record<string, () => void>> = {
  /** Each answer holds its own copy of the bytes until its client reads them. */
  "a copy for each reader": () => {
    const { end } = ServerResponse.prototype;
    ServerResponse.prototype.end = function copied(this: ServerResponse, ...given: unknown[]) {
      const [body, ...others] = given;
      const own = Buffer.isBuffer(body) ? Buffer.from(body) : body;
      return Reflect.apply(end, this, [own, ...others]);
    } as typeof end;
  },
  /** A client has no time limit. */
  "no limit on a stall": () => {
    Socket.prototype.setTimeout = function unlimited(this: Socket) {
      return this;
    };
  },
};

const { BUG = "none", CLOCK_FILE } = process.env;
const wrong = () => (CLOCK_FILE ? Number(readFileSync(CLOCK_FILE, "utf8")) : 0);
const plantInServer = SERVER_BUGS[BUG];
plantInServer?.();
const plant = BUGS[plantInServer ? "none" : BUG];
if (!plant) throw new Error(`No such bug: ${BUG}`);

const service = await startService(readConfig(process.env), {
  wrap: (storage) => mortal(plant(storage)),
  clock: { now: () => new Date(Date.now() + wrong()) },
});
process.once("SIGTERM", () => void service.stop());
console.log(`An odd server listens on ${service.address}`);
