import { randomInt, randomUUID } from "node:crypto";
import { sharedSecretKeys } from "../dist/adapters/jose/access-keys.js";
import { exportText } from "../dist/adapters/json-lines/write.js";
import { openLmdbStorage } from "../dist/adapters/lmdb/storage.js";
import { grantAccess } from "../dist/application/sessions/session-grant.js";
import { makeExportStore } from "../dist/application/transfer/export-store.js";
import { readConfig } from "../dist/composition/settings/config.js";
import { failClosed } from "../dist/composition/wiring/fail-closed.js";
import { makeUseCases } from "../dist/composition/wiring/use-cases.js";
import { revocationKey } from "../dist/domain/revocation.js";
import { PASSWORD } from "./people.mjs";
import { addressOf, populationOf } from "./population.mjs";

/** Variables of a service that takes the tokens which are made here. */
export const SERVICE_OF_STORE = {
  JWT_SECRET_KEY: "a key that only this benchmark has, nobody else",
  ISSUER: "http://bench.example",
};

const CLIENT = { userAgent: "bench", ip: "192.0.2.1" };
/** Accepts every password without hashing, so that the rest of a login is measured. */
const NO_HASHING = { verify: async () => true, isOutdated: () => false, refuseIfFull() {} };
const LATER = new Date(8.64e15);

/** Opens a filled store and wires the use cases over it as the service does, except that no password is hashed. */
export async function openStore(directory, size) {
  const population = populationOf(size);
  const storage = await openLmdbStorage(directory);
  const useCases = makeUseCases({
    config: readConfig({ STORAGE: "memory", ISSUER: SERVICE_OF_STORE.ISSUER }),
    secrets: ["a secret that only this benchmark has, nobody else"],
    storage: failClosed(storage),
    hasher: NO_HASHING,
    keys: { accessKeys: sharedSecretKeys(SERVICE_OF_STORE.JWT_SECRET_KEY, undefined) },
    log: { events: { report() {} } },
  });
  const { me, login, listSessions, showUser, listUsers } = useCases;
  const { users, sessions, revocations } = storage;

  async function tokenOf(n) {
    const granted = await grantAccess(useCases, population.user(n), population.session(n), new Date());
    return granted.accessToken;
  }

  return {
    close: () => storage.close(),
    copyTo: storage.copyTo,
    /** The addresses of `count` random users. */
    addresses: (count) => Array.from({ length: count }, () => addressOf(randomInt(size))),
    /** Access tokens of `count` random users. */
    tokens: (count) =>
      Promise.all(Array.from({ length: count }, async () => ({ access: await tokenOf(randomInt(size)) }))),
    /** Each picks a random user and resolves to a call about it, which resolves to whether the answer is correct. */
    draw: {
      /** The reads that src/application/tokens/check-token.ts makes. */
      async storage() {
        const n = randomInt(size);
        const [{ id }, session] = [population.user(n), revocationKey.session(population.session(n).id)];
        const keys = [revocationKey.token(randomUUID()), session, revocationKey.signingKey(randomUUID())];
        return async () => {
          const [user, stops] = await Promise.all([users.findById(id), revocations.find(keys, new Date())]);
          return user?.id === id && stops.size === 0;
        };
      },
      async me() {
        const n = randomInt(size);
        const [{ id }, token] = [population.user(n), await tokenOf(n)];
        return async () => (await me(token)).id === id;
      },
      async login() {
        const email = addressOf(randomInt(size));
        return async () => (await login({ email, password: PASSWORD, client: CLIENT })).email === email;
      },
      async ownSessions() {
        const n = randomInt(size);
        const [{ id }, token] = [population.session(n), await tokenOf(n)];
        return async () =>
          (await listSessions(token)).some((session) => session.id === id && session.current);
      },
      async showUser() {
        const n = randomInt(size);
        const [email, { id }] = [addressOf(n), population.session(n)];
        return async () => (await showUser(email)).sessions.some((session) => session.id === id);
      },
    },
    /** Lists the first `count` accounts. */
    async listUsers(count) {
      let listed = 0;
      for await (const _ of listUsers()) if (++listed === count) return;
      throw new Error(`Only ${listed} users are listed`);
    },
    /** Sweeps the `count` sessions and the `count` revocations that end first. */
    async sweep(count) {
      const swept = (await sessions.sweep(LATER, count)) + (await revocations.sweep(LATER, count));
      if (swept !== 2 * count) throw new Error(`Only ${swept} were swept`);
    },
    /** The text of an export of everything, in pieces, and the counts of its records. */
    exported: () =>
      exportText(
        { keys: false, secret: "" },
        makeExportStore({ ...storage, exportedValues: [] })({ keys: false }),
      ),
  };
}
