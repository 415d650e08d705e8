import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { argon2Driver } from "../../src/adapters/argon2/argon2-driver.ts";
import type { Argon2Driver } from "../../src/adapters/argon2/driver.ts";
import { nodeRsDriver } from "../../src/adapters/argon2/node-rs-driver.ts";
import { openArgon2Hasher } from "../../src/adapters/argon2/password-hasher.ts";
import { openLmdbStorage } from "../../src/adapters/lmdb/storage.ts";
import { openMemoryStorage } from "../../src/adapters/memory/storage.ts";
import { passlibPbkdf2 } from "../../src/adapters/passlib/pbkdf2.ts";
import { withFlaskHashes } from "../../src/application/flask/with-flask-hashes.ts";
import type { PasswordHasher } from "../../src/application/ports/password-hasher.ts";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import { call } from "../support/api.ts";
import { client, makeCore, testClock } from "../support/core.ts";
import { cpuTimeOf } from "../support/cpu-time.ts";
import {
  FREE_AND_CHEAP,
  type ServerProcess,
  startServer,
  temporaryDirectory,
} from "../support/server-process.ts";
import { aUser, someFactors } from "../support/storage-samples.ts";

const PASSWORD = "correct horse";
const LEGACY = "$pbkdf2-sha256$29000$41zL.V9LaU1Jydk7BwCAUA$O7g26rCfnXA4dmnEcEZAhWUZ9CaJUzx5BwYHcSGa35I";
const COST = { memoryKib: 1_024, passes: 1, lanes: 1 };
const FORMER_COST = { memoryKib: 2_048, passes: 1, lanes: 1 };

/** One account of each kind, and an address without an account. */
async function fill({ users, storedValues }: Storage, hasher: PasswordHasher): Promise<void> {
  const passwordHash = await hasher.hash(PASSWORD);
  const named = (name: string, fields: object) => ({
    ...aUser(),
    username: { shown: name, canonical: name },
    email: { shown: `${name}@example.com`, canonical: `${name}@example.com` },
    passwordHash,
    disabled: false,
    ...fields,
  });
  await users.add(named("current", {}));
  await users.add(named("disabled", { disabled: true }));
  await users.add(named("factor", { factors: someFactors() }));
  await users.add(named("legacy", { passwordHash: LEGACY }));
  const former = await openArgon2Hasher(argon2Driver, FORMER_COST);
  await users.add(named("former", { passwordHash: await former.hash(PASSWORD) }));
  await storedValues.claim("legacy-hashes", "29000");
}

const REFUSED = {
  "a wrong password": { email: "current@example.com", password: "wrong horse" },
  "an unknown account": { email: "unknown@example.com", password: PASSWORD },
  "a disabled account, right password": { email: "disabled@example.com", password: PASSWORD },
  "a disabled account, wrong password": { email: "disabled@example.com", password: "wrong horse" },
  "a second factor, wrong password": { email: "factor@example.com", password: "wrong horse" },
  "an old hash, wrong password": { email: "legacy@example.com", password: "wrong horse" },
  "a former cost, wrong password": { email: "former@example.com", password: "wrong horse" },
};

type Kind = keyof typeof REFUSED;

describe("a refused login", () => {
  const directory = temporaryDirectory();
  let server: ServerProcess;
  beforeAll(async () => {
    const storage = await openLmdbStorage(directory.path);
    await fill(storage, await openArgon2Hasher(argon2Driver, COST));
    await storage.close();
    server = await startServer({ DATA_DIR: directory.path, ...FREE_AND_CHEAP });
  });
  afterAll(async () => {
    await server.end();
    directory.remove();
  });

  it("has one status, body and set of headers for every reason", async () => {
    const seen = new Set<string>();
    for (const json of Object.values(REFUSED)) {
      const { status, body, headers } = await call(server.url, "POST /api/login", { json });
      const kept = [...headers].filter(([name]) => name !== "date" && name !== "x-request-id");
      seen.add(JSON.stringify({ status, body: { ...body, request_id: "" }, kept }));
    }
    expect([...seen]).toHaveLength(1);
    expect([...seen][0]).toContain("invalid_credentials");
  });

  it("does not occur for the correct password of an old hash, which is then renewed", async () => {
    const json = { email: "legacy@example.com", password: "password" };
    for (let time = 0; time < 2; time += 1) {
      expect((await call(server.url, "POST /api/login", { json })).status).toBe(200);
    }
    await expect.poll(() => server.output()).toContain('"event":"password_hash_renewed"');
  });
});

describe("by the work that it takes, a refused login", () => {
  const ROUNDS = 150;
  /** Fewer rounds are enough for a shortcut, which shows in nearly every round. */
  const PLANTED_ROUNDS = 40;
  const WARM_UP = 10;
  /**
   * The bound on how far the share of rounds in which one kind took more work is from a half. Chance exceeds it in
   * less than one of 100,000 runs. The share of a small difference does not grow with the number of rounds.
   */
  const ALIKE = 0.2;
  const TOLD_APART = 0.35;
  const WRONG: Kind = "a wrong password";

  interface Trial {
    readonly hasher: PasswordHasher;
    readonly kinds: readonly Kind[];
    readonly rounds: number;
  }

  /**
   * How far from a half the share of rounds is in which a wrong password took more work than each other kind. Work is
   * processor time, which does not grow with other load. It is compared within one round, in which the kinds come in
   * random order.
   */
  async function biasOf({ hasher, kinds, rounds }: Trial): Promise<Map<Kind, number>> {
    const storage = openMemoryStorage();
    await fill(storage, hasher);
    const ungated = { ...hasher, refuseIfFull() {} };
    const core = await makeCore(() => ({ hasher: ungated }), {}, { storage, clock: testClock(new Date()) });
    const more = new Map(kinds.map((kind) => [kind, 0]));
    for (let round = -WARM_UP; round < rounds; round += 1) {
      const order = [WRONG, ...kinds].map((kind) => ({ kind, at: Math.random() }));
      order.sort((a, b) => a.at - b.at);
      const took = new Map<Kind, number>();
      for (const { kind } of order) {
        took.set(kind, await cpuTimeOf(() => core.login({ ...REFUSED[kind], client }).catch(() => {})));
      }
      if (round < 0) continue;
      const wrong = took.get(WRONG) as number;
      for (const kind of kinds) {
        const difference = Math.sign(wrong - (took.get(kind) as number));
        more.set(kind, (more.get(kind) as number) + difference / 2);
      }
    }
    return new Map([...more].map(([kind, sum]) => [kind, Math.abs(sum) / rounds]));
  }

  const others: Kind[] = [
    "an unknown account",
    "a disabled account, right password",
    "a second factor, wrong password",
    "an old hash, wrong password",
    "a former cost, wrong password",
  ];
  const wired = async (
    formerCosts = [FORMER_COST],
    areOldHashesInStorage = true,
    driver: Argon2Driver = argon2Driver,
  ) =>
    withFlaskHashes(await openArgon2Hasher(driver, COST, formerCosts), () => ({
      hashes: passlibPbkdf2,
      areInStorage: areOldHashesInStorage,
    }));

  it.each([
    ["argon2", argon2Driver],
    ["@node-rs/argon2", nodeRsDriver],
  ])(
    "does not reveal its reason, by %s",
    async (_, driver) => {
      const hasher = await wired([FORMER_COST], true, driver);
      const biases = await biasOf({ hasher, kinds: others, rounds: ROUNDS });
      for (const [kind, bias] of biases) expect([kind, bias, bias < ALIKE]).toEqual([kind, bias, true]);
    },
    120_000,
  );

  /** Shortcuts in the work, and the kind of account that each would reveal. */
  const shortcuts: [string, Kind, () => Promise<PasswordHasher>][] = [
    [
      "unknown accounts were spared the hash",
      "an unknown account",
      async () => {
        const hasher = await wired();
        const verify: typeof hasher.verify = async (hash, password) =>
          hash !== undefined && hasher.verify(hash, password);
        return { ...hasher, verify };
      },
    ],
    [
      "only old hashes did the work of both",
      "an old hash, wrong password",
      () => wired([FORMER_COST], false),
    ],
    ["only hashes of a former cost did its work", "a former cost, wrong password", () => wired([], false)],
  ];

  it.each(shortcuts)(
    "would reveal its reason if %s: the test detects it",
    async (_, kind, shortcut) => {
      const trial = { hasher: await shortcut(), kinds: [kind], rounds: PLANTED_ROUNDS };
      expect((await biasOf(trial)).get(kind)).toBeGreaterThan(TOLD_APART);
    },
    60_000,
  );
});
