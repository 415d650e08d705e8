import { createHash, randomInt, randomUUID } from "node:crypto";
import { sharedSecretKeys } from "../dist/adapters/jose/access-keys.js";
import { openLmdbStorage } from "../dist/adapters/lmdb/storage.js";
import { grantAccess } from "../dist/application/sessions/session-grant.js";
import { readConfig } from "../dist/composition/settings/config.js";
import { failClosed } from "../dist/composition/wiring/fail-closed.js";
import { makeUseCases } from "../dist/composition/wiring/use-cases.js";
import { revocationKey } from "../dist/domain/revocation.js";
import { beginSession } from "../dist/domain/session.js";

/** Of each of users, sessions and revocations. */
const WRITES_AT_ONCE = 2_000;
const DAY_MS = 86_400_000;
const START = new Date();
const CLIENT = { userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0", ip: "192.0.2.1" };
const PASSWORD_HASH = `$argon2id$v=19$m=19456,t=2,p=1$${"s".repeat(22)}$${"h".repeat(43)}`;

/** Variables of a service that takes the tokens which are made here. */
export const SERVICE_OF_STORE = {
  JWT_SECRET_KEY: "a key that only this benchmark has, nobody else",
  ISSUER: "http://bench.example",
};

/** The id of the nth of a kind: scattered like a random UUID, and found again without a list of them all. */
function idOf(kind, n) {
  const hash = createHash("sha256").update(`${kind} ${n}`).digest("hex");
  return hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, "$1-$2-$3-$4-$5");
}

function userOf(n) {
  const [name, address] = [`user-${n}`, `user-${n}@example.com`];
  return {
    id: idOf("user", n),
    username: { shown: name, canonical: name },
    email: { shown: address, canonical: address },
    passwordHash: PASSWORD_HASH,
    createdAt: START,
    epoch: 0,
    keptSession: undefined,
    disabled: false,
  };
}

function sessionOf(n) {
  return beginSession(idOf("session", n), { id: idOf("user", n), epoch: 0 }, CLIENT, START, 30 * DAY_MS);
}

function addNth({ users, sessions, revocations }, n) {
  const end = new Date(START.getTime() + DAY_MS + randomInt(DAY_MS));
  const revoked = revocationKey.token(idOf("revoked token", n));
  return Promise.all([users.add(userOf(n)), sessions.add(sessionOf(n)), revocations.add(revoked, end)]);
}

/** Makes a store with so many users, sessions and revocations. */
export async function fillStore(directory, size) {
  const storage = await openLmdbStorage(directory);
  try {
    for (let first = 0; first < size; first += WRITES_AT_ONCE) {
      const length = Math.min(WRITES_AT_ONCE, size - first);
      await Promise.all(Array.from({ length }, (_, place) => addNth(storage, first + place)));
    }
  } finally {
    await storage.close();
  }
}

/**
 * Opens a store of this size and wires the use cases over it as the service does. Each `draw` is of a user at
 * random; the check it gives resolves to whether that user was found and nothing stops the token.
 */
export async function openStore(directory, size) {
  const storage = await openLmdbStorage(directory);
  const useCases = makeUseCases({
    config: readConfig({ STORAGE: "memory", ISSUER: SERVICE_OF_STORE.ISSUER }),
    secrets: ["a secret that only this benchmark has, nobody else"],
    storage: failClosed(storage),
    hasher: undefined,
    keys: { accessKeys: sharedSecretKeys(SERVICE_OF_STORE.JWT_SECRET_KEY, undefined) },
    log: { events: { report() {} } },
  });
  const { me } = useCases;
  const { users, revocations } = storage;

  async function tokenOf(n) {
    const { accessToken } = await grantAccess(useCases, userOf(n), sessionOf(n), new Date());
    return accessToken;
  }

  return {
    close: () => storage.close(),
    /** Of so many users at random. */
    tokens: (count) =>
      Promise.all(Array.from({ length: count }, async () => ({ access: await tokenOf(randomInt(size)) }))),
    draw: {
      /** What src/application/tokens/check-token.ts asks of storage. */
      async storage() {
        const n = randomInt(size);
        const [id, session] = [idOf("user", n), revocationKey.session(idOf("session", n))];
        const keys = [revocationKey.token(randomUUID()), session, revocationKey.signingKey(randomUUID())];
        return async () => {
          const [user, stops] = await Promise.all([users.findById(id), revocations.find(keys, new Date())]);
          return user?.id === id && stops.size === 0;
        };
      },
      async me() {
        const n = randomInt(size);
        const [id, token] = [idOf("user", n), await tokenOf(n)];
        return async () => (await me(token)).id === id;
      },
    },
  };
}
