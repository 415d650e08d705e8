import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openArgon2Hasher } from "../../src/adapters/argon2/password-hasher.ts";
import { openLmdbStorage } from "../../src/adapters/lmdb/storage.ts";
import { openMemoryStorage } from "../../src/adapters/memory/storage.ts";
import { passlibPbkdf2 } from "../../src/adapters/passlib/pbkdf2.ts";
import type { PasswordHasher } from "../../src/application/ports/password-hasher.ts";
import type { Storage } from "../../src/application/ports/storage.ts";
import { withLegacyHashes } from "../../src/application/with-legacy-hashes.ts";
import { call } from "../support/api.ts";
import { client, makeCore, testClock } from "../support/core.ts";
import { rankDistance } from "../support/rank-test.ts";
import {
  FREE_AND_CHEAP,
  type ServerProcess,
  startServer,
  temporaryDirectory,
} from "../support/server-process.ts";
import { aUser } from "../support/storage-samples.ts";

const PASSWORD = "correct horse";
const LEGACY = "$pbkdf2-sha256$29000$41zL.V9LaU1Jydk7BwCAUA$O7g26rCfnXA4dmnEcEZAhWUZ9CaJUzx5BwYHcSGa35I";
const COST = { memoryKib: 1_024, passes: 1, lanes: 1 };

/** One account of each kind, and the address of none. */
async function fill({ users, settings }: Storage, hasher: PasswordHasher): Promise<void> {
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
  await users.add(named("legacy", { passwordHash: LEGACY }));
  await settings.claim("legacy-hashes", "29000");
}

const REFUSED = {
  "a wrong password": { email: "current@example.com", password: "wrong horse" },
  "an unknown account": { email: "unknown@example.com", password: PASSWORD },
  "a disabled account, right password": { email: "disabled@example.com", password: PASSWORD },
  "a disabled account, wrong password": { email: "disabled@example.com", password: "wrong horse" },
  "an old hash, wrong password": { email: "legacy@example.com", password: "wrong horse" },
};

describe("a refused login", () => {
  const directory = temporaryDirectory();
  let server: ServerProcess;
  beforeAll(async () => {
    const storage = await openLmdbStorage(directory.path);
    await fill(storage, await openArgon2Hasher(COST));
    await storage.close();
    server = await startServer({ DATA_DIR: directory.path, ...FREE_AND_CHEAP });
  });
  afterAll(async () => {
    await server.end();
    directory.remove();
  });

  it("has one status, body and set of headers, whatever was wrong", async () => {
    const seen = new Set<string>();
    for (const json of Object.values(REFUSED)) {
      const { status, body, headers } = await call(server.url, "POST /api/login", { json });
      const kept = [...headers].filter(([name]) => name !== "date" && name !== "x-request-id");
      seen.add(JSON.stringify({ status, body: { ...body, request_id: "" }, kept }));
    }
    expect([...seen]).toHaveLength(1);
    expect([...seen][0]).toContain("invalid_credentials");
  });

  it("is none for the right password of an old hash, which is then a new one", async () => {
    const json = { email: "legacy@example.com", password: "password" };
    for (let time = 0; time < 2; time += 1) {
      expect((await call(server.url, "POST /api/login", { json })).status).toBe(200);
    }
    expect(server.output()).toContain('"event":"password_hash_renewed"');
  });
});

describe("by its time, a refused login", () => {
  const SAMPLES = 250;
  /** Beyond this, chance is out of the question: less than one in a million. */
  const TOLD_APART = 5;

  /** The times of interleaved logins that are refused, by what was wrong. */
  async function timesOf(
    change: (hasher: PasswordHasher) => PasswordHasher,
  ): Promise<Record<string, number[]>> {
    const storage = openMemoryStorage();
    const hasher = withLegacyHashes(await openArgon2Hasher(COST), passlibPbkdf2, true);
    await fill(storage, hasher);
    const core = await makeCore(
      () => ({ hasher: change(hasher) }),
      {},
      { storage, clock: testClock(new Date()) },
    );
    const kinds = Object.entries(REFUSED);
    const times: Record<string, number[]> = Object.fromEntries(kinds.map(([kind]) => [kind, []]));
    for (let sample = 0; sample < SAMPLES + 10; sample += 1) {
      for (const [kind, command] of kinds) {
        const began = performance.now();
        await core.login({ ...command, client }).catch(() => {});
        // the first ones warm up
        if (sample >= 10) times[kind]?.push(performance.now() - began);
      }
    }
    return times;
  }

  it("does not tell what was wrong", async () => {
    const { "a wrong password": wrong = [], ...others } = await timesOf((hasher) => hasher);
    for (const [kind, times] of Object.entries(others)) {
      expect([kind, rankDistance(wrong, times) < TOLD_APART]).toEqual([kind, true]);
    }
  }, 60_000);

  it("would tell, if unknown accounts were spared the hash: the test sees it", async () => {
    const times = await timesOf((hasher) => ({
      ...hasher,
      verify: async (hash, password) => hash !== undefined && hasher.verify(hash, password),
    }));
    const distance = rankDistance(times["a wrong password"] ?? [], times["an unknown account"] ?? []);
    expect(distance).toBeGreaterThan(TOLD_APART);
  }, 60_000);
});
