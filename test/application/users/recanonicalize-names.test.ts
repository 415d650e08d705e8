import { expect, it } from "vitest";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import type { Storage } from "../../../src/application/ports/storage/storage.ts";
import { recanonicalizeNames } from "../../../src/application/users/recanonicalize-names.ts";
import { ada, client, makeCore, refusal, testClock } from "../../support/core.ts";
import { aUser } from "../../support/storage-samples.ts";

const { password } = ada;
const persian = "علی رضا";
const arabic = "علي رضا";

/** A storage with accounts whose canonical names are of an earlier version. */
async function withFormer(...names: string[]) {
  const clock = testClock();
  const storage = openMemoryStorage();
  const core = await makeCore(undefined, {}, { storage, clock });
  const ids: string[] = [];
  for (const [at, name] of names.entries()) {
    await core.register({ username: `former ${at}`, email: `former-${at}@b.example`, password, client });
    const { user } = await core.showUser(`former ${at}`);
    const stored = await storage.users.findById(user.id);
    if (stored === undefined) throw new Error("There is no such user");
    await storage.users.rename(stored, { username: { shown: name, canonical: name.toLowerCase() } });
    ids.push(user.id);
  }
  return { core, storage, ids };
}

it("an account of before logs in by name, folded or not, and keeps its name", async () => {
  const { core, storage } = await withFormer(persian);
  expect(await core.login({ username: persian, password, client })).toMatchObject({ username: persian });
  expect(await recanonicalizeNames(storage)).toEqual({ changed: 1, kept: 0 });
  for (const username of [persian, arabic]) {
    expect(await core.login({ username, password, client })).toMatchObject({ username: persian });
  }
});

it.each([
  [persian, arabic],
  [arabic, persian],
  ["conor o\u2019brien", "Conor O'Brien"],
  ["タロウ", "夕ロウ"],
  ["\u0261eorg", "Georg"],
  ["ada  eva", "Ada Eva"],
])("nobody gets a look-alike of %j, stored as before: %j", async (name, alike) => {
  const { core, storage } = await withFormer(name);
  await recanonicalizeNames(storage);
  for (const username of [name, alike]) {
    expect(await refusal(core.register({ ...ada, username }))).toBe("username_taken");
  }
});

it("of two look-alikes one keeps its former form; both log in, and nobody gets a third", async () => {
  const { core, storage, ids } = await withFormer(persian, "علی  رضا");
  expect(await recanonicalizeNames(storage)).toEqual({ changed: 1, kept: 1 });
  const shown = async (username: string) => (await core.login({ username, password, client })).username;
  expect([await shown(persian), await shown("علی  رضا")]).toEqual([persian, "علی  رضا"]);
  expect(await refusal(core.register({ ...ada, username: arabic }))).toBe("username_taken");
  expect(await storage.users.findIds(ids)).toEqual(new Set(ids));
});

it("is done once, and again only where it was stopped", async () => {
  const { storage } = await withFormer(persian, "ada  eva");
  const stopped = { ...storage.users, rename: () => Promise.reject(new Error("gone")) };
  await expect(recanonicalizeNames({ ...storage, users: stopped })).rejects.toThrow("gone");
  expect(await recanonicalizeNames(storage)).toEqual({ changed: 2, kept: 0 });
  const unread = { ...storage.users, list: () => Promise.reject(new Error("read")) };
  expect(await recanonicalizeNames({ ...storage, users: unread })).toEqual({ changed: 0, kept: 0 });
});

it("leaves concurrent changes and removed users alone", async () => {
  const { storage, ids } = await withFormer(persian, "ada  eva");
  const { users } = storage;
  async function changeBoth(): Promise<void> {
    const user = await users.findById(ids[0] as string);
    if (user) await users.rename(user, { username: { shown: "Eve", canonical: "eve" } });
    const other = await users.findById(ids[1] as string);
    if (other) await users.remove(other);
  }
  let changed: Promise<void> | undefined;
  const racing: Storage["users"] = {
    ...users,
    async rename(expected, changes) {
      changed ??= changeBoth();
      await changed;
      return users.rename(expected, changes);
    },
  };
  await recanonicalizeNames({ ...storage, users: racing });
  expect((await users.findById(ids[0] as string))?.username.shown).toBe("Eve");
  expect(await users.findById(ids[1] as string)).toBeUndefined();
});

it("two processes at once fold every name, and five hundred more", async () => {
  const storage = openMemoryStorage();
  for (let at = 0; at < 1_001; at += 1) {
    const name = `ada  ${at}`;
    await storage.users.add(aUser({ username: { shown: name, canonical: name } }));
  }
  const [one, other] = await Promise.all([recanonicalizeNames(storage), recanonicalizeNames(storage)]);
  expect(one.changed + other.changed).toBe(1_001);
  expect(one.kept + other.kept).toBe(0);
  const names = (await storage.users.list(undefined, 2_000)).map(({ username }) => username);
  expect(names.every(({ shown, canonical }) => shown.replace("  ", " ") === canonical)).toBe(true);
});
