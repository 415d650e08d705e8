import { afterAll, expect, it } from "vitest";
import { openLmdbStorage } from "../../src/adapters/lmdb/storage.ts";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import { call, registered } from "../support/api.ts";
import { FREE_AND_CHEAP, startServer, temporaryDirectory } from "../support/server-process.ts";

const directory = temporaryDirectory();
afterAll(directory.remove);

async function inStorage<T>(read: (storage: Storage) => Promise<T>): Promise<T> {
  const storage = await openLmdbStorage(directory.path);
  try {
    return await read(storage);
  } finally {
    await storage.close();
  }
}

const memoryOfCosts = async () => {
  const list = await inStorage(({ storedValues }) => storedValues.claim("argon2-costs", "[]"));
  return JSON.parse(list).map(({ memoryKib }: { memoryKib: number }) => memoryKib);
};

const start = (memoryKib: number, more = {}) =>
  startServer({
    DATA_DIR: directory.path,
    ...FREE_AND_CHEAP,
    ARGON2_MEMORY_KIB: String(memoryKib),
    ...more,
  });

it("with another cost, an account logs in, its hash is renewed, and the former cost is remembered", async () => {
  const first = await start(64);
  const { username, email, password } = await registered(first.url);
  await first.end();
  expect(await memoryOfCosts()).toEqual([64]);

  const second = await start(128);
  for (let time = 0; time < 2; time += 1) {
    const { status } = await call(second.url, "POST /api/login", { json: { email, password } });
    expect(status).toBe(200);
  }
  await second.end();
  expect(second.output().match(/"event":"password_hash_renewed"/g)).toHaveLength(1);
  const user = await inStorage(({ users }) => users.findByUsername(username.toLowerCase()));
  expect(user?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=128,t=1,p=1\$/);
  expect(await memoryOfCosts()).toEqual([128, 64]);

  const third = await start(128, { ARGON2_FORMER_COSTS: "forget" });
  expect((await call(third.url, "POST /api/login", { json: { email, password } })).status).toBe(200);
  await third.end();
  expect(await memoryOfCosts()).toEqual([128]);
});
