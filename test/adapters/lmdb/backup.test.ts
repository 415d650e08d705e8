import { appendFile, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { openLmdbStorage } from "../../../src/adapters/lmdb/storage.ts";
import { sealBackup, unpackBackup } from "../../../src/adapters/node/backup-file.ts";
import type { User } from "../../../src/domain/user.ts";
import { lmdbHarness } from "../../support/storage-lmdb.ts";
import { startTask } from "../../support/storage-lmdb-process.ts";

const harness = lmdbHarness();
afterEach(() => harness.cleanup());

it("copies one moment of a store that two processes write, as it grows", async () => {
  const directory = await harness.directory();
  const acknowledged: User[] = [];
  const others = await Promise.all([startTask(directory, "flood"), startTask(directory, "flood")]);
  for (const other of others) other.on("message", (user: User) => acknowledged.push(user));
  const storage = await openLmdbStorage(directory);
  try {
    for (let round = 0; round < 6; round += 1) {
      const wanted = (acknowledged.length + 1) * 1.5;
      while (acknowledged.length < wanted) await new Promise((resolve) => setTimeout(resolve, 5));
      const before = [...acknowledged];
      const to = await harness.directory();
      await storage.copyTo(join(to, "data.mdb"));
      const copy = await harness.openAt(to);
      const there = await copy.users.findIds(before.map(({ id }) => id));
      expect(there.size).toBe(before.length);
      for (const user of await copy.users.list(undefined, 100_000)) {
        expect(await copy.users.findByUsername(user.username.canonical)).toEqual(user);
        expect(await copy.users.findByEmail(user.email.canonical)).toEqual(user);
      }
      await copy.users.remove(before[0] as User);
    }
  } finally {
    for (const other of others) other.kill();
    await storage.close();
  }
}, 60_000);

it("leaves what is in the way of a copy as it is", async () => {
  const storage = await harness.open();
  const to = await harness.directory();
  await mkdir(join(to, "copy.store"));
  await expect(
    (storage as Awaited<ReturnType<typeof openLmdbStorage>>).copyTo(join(to, "copy")),
  ).rejects.toThrow("EEXIST");
});

it("distinguishes a complete backup from every other file", async () => {
  const directory = await harness.directory();
  const path = join(directory, "sealed");
  const store = Buffer.alloc(10_000, '\n{"format":"hbtu-connect-auth backup"}\n');
  const at = new Date("2026-01-31T12:00:00.001Z");
  await writeFile(path, store);
  await sealBackup(path, at);
  expect(await unpackBackup(path, join(directory, "store"))).toEqual({ at });
  expect((await readFile(join(directory, "store"))).equals(store)).toBe(true);

  const whole = await readFile(path);
  for (let cut = 1; cut < whole.length; cut += 61) {
    await writeFile(path, whole.subarray(0, -cut));
    await expect(unpackBackup(path, join(directory, `cut-${cut}`))).rejects.toThrow("is incomplete");
  }
  await writeFile(path, whole);
  await appendFile(path, "\n");
  await expect(unpackBackup(path, join(directory, "longer"))).rejects.toThrow("is incomplete");
  whole.writeUInt8(0, 5_000);
  await writeFile(path, whole);
  await expect(unpackBackup(path, join(directory, "changed"))).rejects.toThrow("was changed");
});

it("is private once it has its name, with any umask", async () => {
  const storage = await openLmdbStorage(await harness.directory());
  const path = join(await harness.directory(), "copy");
  const before = process.umask(0);
  try {
    await storage.copyTo(path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  } finally {
    process.umask(before);
    await storage.close();
  }
});
