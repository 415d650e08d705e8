import { afterEach, describe, expect, it } from "vitest";
import { openEnvironment } from "../../../src/adapters/lmdb/environment.ts";
import { everyWayTo } from "../../support/storage-harness.ts";
import { lmdbHarness } from "../../support/storage-lmdb.ts";
import { aUser } from "../../support/storage-samples.ts";

const harness = lmdbHarness();
afterEach(() => harness.cleanup());

describe("lmdb: a store of before", () => {
  it("has users of whom it was not known whether their addresses were verified", async () => {
    const directory = await harness.directory();
    const { id, emailVerified: _, ...rest } = aUser();
    const { database, write, close } = await openEnvironment(directory);
    const [users, byName, byEmail] = ["users", "usersByName", "usersByEmail"].map((name) =>
      database<unknown>(name),
    );
    await write(() => {
      users?.put(id, { id, ...rest, createdAt: rest.createdAt.getTime() });
      byName?.put(rest.username.canonical, id);
      byEmail?.put(rest.email.canonical, id);
    });
    await close();

    const storage = await harness.openAt(directory);
    const user = { id, ...rest, emailVerified: false };
    expect(await everyWayTo(storage, user)).toStrictEqual([user, user, user]);
    expect(await storage.users.list(undefined, 10)).toStrictEqual([user]);
    expect(await storage.users.rename(user, { emailVerified: true })).toBe(true);
    expect(await storage.users.findById(id)).toStrictEqual({ ...user, emailVerified: true });
  });
});
