import { randomBytes } from "node:crypto";
import { chmod, mkdir, open, readdir, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openLmdbStorage } from "../../../src/adapters/lmdb/storage.ts";
import { lmdbHarness } from "../../support/storage-lmdb.ts";
import { aMail, aOneTimeToken, aSession, aSigningKey, aUser } from "../../support/storage-samples.ts";

const harness = lmdbHarness();
afterEach(() => harness.cleanup());

/** A directory with a closed store of some pages. */
async function aStore(): Promise<string> {
  const directory = await harness.directory();
  const storage = await harness.openAt(directory);
  await Promise.all(Array.from({ length: 200 }, () => storage.users.add(aUser())));
  await storage.close();
  return directory;
}

async function overwrite(path: string, position: number, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "r+");
  await file.write(bytes, 0, bytes.length, position);
  await file.close();
}

describe("lmdb: a store that cannot be opened", () => {
  const damages: [string, (directory: string) => Promise<void>][] = [
    ["random bytes for its data", (at) => writeFile(join(at, "data.mdb"), randomBytes(100_000))],
    ["text for its data", (at) => writeFile(join(at, "data.mdb"), "garbage\n".repeat(10_000))],
    ["zeros for its data", (at) => writeFile(join(at, "data.mdb"), Buffer.alloc(100_000))],
    ["a line for its data", (at) => writeFile(join(at, "data.mdb"), "hello\n")],
    ["a damaged first page", (at) => overwrite(join(at, "data.mdb"), 0, randomBytes(4096))],
    ["a damaged second page", (at) => overwrite(join(at, "data.mdb"), 4096, randomBytes(4096))],
    ["nothing after its first page", (at) => truncate(join(at, "data.mdb"), 5000)],
    ["nothing after its second page", (at) => truncate(join(at, "data.mdb"), 8192)],
    ["less than half of its data", async (at) => truncate(join(at, "data.mdb"), 40_960)],
  ];

  it.each(damages)("has %s", async (_, damage) => {
    const directory = await aStore();
    await damage(directory);
    const error = await openLmdbStorage(directory).catch((reason) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toBe(`The store in ${directory} cannot be opened`);
    expect(error.cause.message).toMatch(/data\.mdb cannot be read as a store/);
    expect(error.cause.cause.message).toMatch(/not an LMDB file|cut off/);
  });

  it.each(["data.mdb", "lock.mdb"])("has a directory for %s", async (name) => {
    const directory = await harness.directory();
    await mkdir(join(directory, name));
    await expect(openLmdbStorage(directory)).rejects.toMatchObject({
      cause: { message: expect.stringContaining("is not a file") },
    });
  });

  it("has a file for its directory", async () => {
    const path = join(await harness.directory(), "file");
    await writeFile(path, "");
    await expect(openLmdbStorage(path)).rejects.toMatchObject({ cause: { code: "EEXIST" } });
    await expect(openLmdbStorage(join(path, "below"))).rejects.toMatchObject({ cause: { code: "ENOTDIR" } });
  });

  if (process.platform === "linux")
    it("lies where nothing can be written", async () => {
      const failed = { cause: { code: expect.any(String) } };
      await expect(openLmdbStorage("/proc")).rejects.toMatchObject(failed);
    });

  const isRoot = process.getuid?.() === 0;
  if (isRoot) console.log("Not tried as root, whom permissions do not stop: a store that may not be written");
  it.each(isRoot ? [] : ["", "data.mdb", "lock.mdb"])("may not be written (%s)", async (name) => {
    const directory = await aStore();
    await chmod(join(directory, name), 0o400);
    await expect(openLmdbStorage(directory)).rejects.toMatchObject({ cause: { code: "EACCES" } });
    await chmod(join(directory, name), 0o700);
  });

  it("can be opened when it is whole again", async () => {
    const directory = await harness.directory();
    await writeFile(join(directory, "data.mdb"), "garbage");
    await expect(openLmdbStorage(directory)).rejects.toThrow();
    await writeFile(join(directory, "data.mdb"), "");
    const storage = await harness.openAt(directory);
    await storage.users.add(aUser());
  });
});

describe("lmdb: a store that can be opened", () => {
  it("is for its owner alone, and nothing else is left in its directory", async () => {
    const directory = join(await harness.directory(), "deep", "store.v1.mdb");
    await harness.openAt(directory);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect((await readdir(directory)).sort()).toEqual(["data.mdb", "lock.mdb"]);
    for (const name of await readdir(directory)) {
      expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
    }
  });

  it("can be opened twice by one process", async () => {
    const directory = await harness.directory();
    const [one, two] = await Promise.all([harness.openAt(directory), harness.openAt(directory)]);
    const user = aUser();
    await one.users.add(user);
    expect(await two.users.findById(user.id)).toStrictEqual(user);
    await one.close();
    expect(await two.users.findById(user.id)).toStrictEqual(user);
    await two.users.add(aUser());
  });

  it("refuses keys that it cannot hold, and stores nothing of what they belong to", async () => {
    const storage = await harness.open();
    for (const key of ["x".repeat(10_000), "ä".repeat(1_000), "", "a\0b", "\ud800"]) {
      const user = aUser();
      const odd = { shown: key, canonical: key };
      for (const refused of [
        aUser({ ...user, id: key }),
        { ...user, username: odd },
        { ...user, email: odd },
      ]) {
        await expect(storage.users.add(refused)).rejects.toThrow(/cannot hold a key/);
      }
      await storage.users.add(user);
      for (const change of [{ username: odd }, { email: odd }])
        await expect(storage.users.rename(user, change)).rejects.toThrow(/cannot hold a key/);
      expect(await storage.users.findById(user.id)).toStrictEqual(user);
      const token = aOneTimeToken({ userId: key });
      await expect(storage.oneTimeTokens.put(token)).rejects.toThrow(/cannot hold a key/);
      await expect(storage.outbox.add(aMail({ id: key }))).rejects.toThrow(/cannot hold a key/);
      await expect(storage.sessions.add(aSession({ id: key }))).rejects.toThrow(/cannot hold a key/);
      await expect(storage.sessions.add(aSession({ userId: key }))).rejects.toThrow(/cannot hold a key/);
      await expect(storage.revocations.add(key, new Date())).rejects.toThrow(/cannot hold a key/);
      await expect(storage.storedValues.claim(key, "value")).rejects.toThrow(/cannot hold a key/);
      await expect(storage.signingKeys.add(aSigningKey(key, 1))).rejects.toThrow(/cannot hold a key/);
    }
  });
});
