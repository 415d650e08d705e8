import { describe, expect, it } from "vitest";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import type { StoredRecord } from "../../../src/application/transfer/stored-records.ts";
import { AuthError } from "../../../src/domain/errors.ts";
import { aSession, aSigningKey, aUser, someFactors } from "../../support/storage-samples.ts";
import { collected, each, importInto, recordsOf } from "../../support/transfer.ts";

const UNTIL = new Date("2100-01-02T03:04:05.678Z");

/** One or two records of each kind. */
async function filled() {
  const storage = openMemoryStorage();
  const { users, sessions, revocations, signingKeys, storedValues, attempts } = storage;
  const factors = someFactors();
  const ada = aUser({ id: "b", keptSession: "s", epoch: 4, legacyIdentity: "Ada@old.example", factors });
  const eve = aUser({ id: "a", disabled: true });
  const keys = [aSigningKey("RS256", 1), aSigningKey("ES256", 10), aSigningKey("ES256", 2)] as const;
  for (const user of [ada, eve]) await users.add(user);
  for (const id of ["t", "s"]) await sessions.add(aSession({ id, userId: ada.id }));
  for (const key of ["sid:2", "jti:1"]) await revocations.add(key, UNTIL);
  for (const key of keys) await signingKeys.add(key);
  for (const name of ["data-b", "secret-check", "data-a"]) await storedValues.claim(name, "1");
  await attempts.charge([{ key: "k", limit: { attempts: 1, windowMs: 1_000 } }], UNTIL);
  return { ...storage, ada, eve, keys };
}

const idsOf = (records: StoredRecord[]) =>
  records.map(({ kind, value }) => {
    const id =
      "name" in value ? value.name : "kid" in value ? value.kid : "key" in value ? value.key : value.id;
    return `${kind} ${id}`;
  });

const rest = { imported: 0, alreadyThere: 0, conflicts: 0 };

describe("an export", () => {
  it("has all that is kept for good, users last, and each kind in one order", async () => {
    const storage = await filled();
    const [rs1, es10, es2] = storage.keys.map(({ kid }) => kid);
    expect(idsOf(await collected(recordsOf(storage)))).toEqual([
      "setting data-a",
      "setting data-b",
      ...[es2, es10, rs1].map((kid) => `signing_key ${kid}`),
      "session s",
      "session t",
      "revocation jti:1",
      "revocation sid:2",
      "user a",
      "user b",
    ]);
  });

  it("has no signing keys unless they are asked for", async () => {
    const records = await collected(recordsOf(await filled(), false));
    expect(records.map(({ kind }) => kind)).not.toContain("signing_key");
    expect(records.length).toBe(8);
  });
});

describe("an import", () => {
  it("brings everything in as it was, and finds it there the second time", async () => {
    const from = await filled();
    const to = openMemoryStorage();
    const { summary, conflicts } = await importInto(to, recordsOf(from));
    expect(conflicts).toEqual([]);
    expect(summary).toEqual({
      setting: { ...rest, imported: 2 },
      signing_key: { ...rest, imported: 3 },
      session: { ...rest, imported: 2 },
      revocation: { ...rest, imported: 2 },
      user: { ...rest, imported: 2 },
    });
    expect(await to.users.findById("b")).toStrictEqual(from.ada);
    expect(await collected(recordsOf(to))).toStrictEqual(await collected(recordsOf(from)));
    expect(await to.storedValues.find("secret-check")).toBeUndefined();

    const again = await importInto(to, recordsOf(from));
    expect(again.conflicts).toEqual([]);
    expect(Object.values(again.summary).map(({ alreadyThere }) => alreadyThere)).toEqual([2, 3, 2, 2, 2]);
    expect(Object.values(again.summary).map(({ imported }) => imported)).toEqual([0, 0, 0, 0, 0]);
    expect(await collected(recordsOf(to))).toStrictEqual(await collected(recordsOf(from)));
  });

  it("passes signing keys over unless they are asked for", async () => {
    const to = openMemoryStorage();
    const { summary } = await importInto(to, recordsOf(await filled()), false);
    expect(await to.signingKeys.list()).toEqual([]);
    expect(summary.signing_key).toEqual(rest);
    expect(summary.user.imported).toBe(2);
  });

  it("overwrites nothing, and says which field is in the way", async () => {
    const { ada, eve, keys, ...from } = await filled();
    const to = openMemoryStorage();
    const changed = { ...ada, passwordHash: "another", epoch: 9 };
    const namesake = aUser({ username: eve.username });
    const [place] = keys;
    const other = { ...aSigningKey(place.algorithm, place.sequence), publicJwk: place.publicJwk };
    const session = aSession({ id: "s", userId: ada.id, generation: 8 });
    await to.users.add(changed);
    await to.users.add(namesake);
    await to.sessions.add(session);
    await to.signingKeys.add(other);
    const { summary, conflicts } = await importInto(to, recordsOf(from));
    expect(conflicts).toEqual([
      { kind: "signing_key", id: place.kid, field: "kid" },
      { kind: "session", id: "s", field: "generation" },
      { kind: "user", id: "a", field: "username" },
      { kind: "user", id: "b", field: "passwordHash" },
    ]);
    expect(summary.user).toEqual({ ...rest, conflicts: 2 });
    expect(summary.session).toEqual({ ...rest, imported: 1, conflicts: 1 });
    expect(await to.users.findById(ada.id)).toEqual(changed);
    expect(await to.users.findByUsername(eve.username.canonical)).toEqual(namesake);
    expect(await to.sessions.find("s")).toEqual(session);
    expect(await to.signingKeys.list()).toContainEqual(other);
    expect(await to.signingKeys.list()).not.toContainEqual(place);
  });

  it("distinguishes a difference within a field from an address that another account has", async () => {
    const user = aUser();
    const key = aSigningKey("ES256", 1);
    const to = openMemoryStorage();
    await to.users.add(user);
    await to.signingKeys.add(key);
    const records: StoredRecord[] = [
      {
        kind: "signing_key",
        value: { ...key, publicJwk: { ...key.publicJwk, nested: { n: [1, null, "u"] } } },
      },
      { kind: "user", value: { ...user, username: { ...user.username, shown: "ADA" } } },
      { kind: "user", value: aUser({ email: user.email }) },
      { kind: "user", value: { ...user, createdAt: new Date(user.createdAt.getTime() + 1) } },
      { kind: "setting", value: { name: "constructor", value: "1" } },
    ];
    const { conflicts } = await importInto(to, each(records));
    expect(conflicts.map(({ field }) => field)).toEqual([
      "publicJwk",
      "username",
      "email",
      "createdAt",
      "name",
    ]);
    expect(await to.storedValues.find("constructor")).toBeUndefined();
  });

  it("keeps the later end of an entry", async () => {
    const to = openMemoryStorage();
    const before = new Date(UNTIL.getTime() - 1);
    const at = (until: Date) => each<StoredRecord>([{ kind: "revocation", value: { key: "jti:1", until } }]);
    const outcome = async (until: Date) => (await importInto(to, at(until))).summary.revocation;
    expect(await outcome(before)).toEqual({ ...rest, imported: 1 });
    expect(await outcome(UNTIL)).toEqual({ ...rest, imported: 1 });
    expect(await outcome(UNTIL)).toEqual({ ...rest, alreadyThere: 1 });
    expect(await outcome(before)).toEqual({ ...rest, alreadyThere: 1 });
    expect(await to.revocations.list(undefined, 10)).toEqual([{ key: "jti:1", until: UNTIL }]);
  });

  it("merges what both storages say of their data", async () => {
    const to = openMemoryStorage();
    await to.storedValues.claim("data-a", "2");
    await to.storedValues.claim("data-b", "0");
    const { summary } = await importInto(to, recordsOf(await filled()));
    expect(summary.setting).toEqual({ ...rest, imported: 1, alreadyThere: 1 });
    expect(await to.storedValues.find("data-a")).toBe("2");
    expect(await to.storedValues.find("data-b")).toBe("1");
  });

  it("has all of one kind in before it writes the next", async () => {
    const from = openMemoryStorage();
    for (let n = 0; n < 600; n += 1) await from.revocations.add(`jti:${n}`, UNTIL);
    for (let n = 0; n < 10; n += 1) await from.users.add(aUser());
    const to = openMemoryStorage();
    const there: number[] = [];
    const { revocations, users } = to;
    const slow = {
      ...revocations,
      async add(key: string, until: Date) {
        for (let turn = 0; turn < 20; turn += 1) await undefined;
        return revocations.add(key, until);
      },
    };
    const watched = {
      ...users,
      async add(user: Parameters<typeof users.add>[0]) {
        there.push((await revocations.list(undefined, 1_000)).length);
        await users.add(user);
      },
    };
    await importInto({ ...to, revocations: slow, users: watched }, recordsOf(from));
    expect(there).toEqual(Array.from({ length: 10 }, () => 600));
  });

  it("stops at a failure, and counts what a lost answer left behind as there", async () => {
    const user = aUser();
    const to = openMemoryStorage();
    const { users } = to;
    const lost = {
      ...users,
      async add(one: typeof user) {
        await users.add(one);
        throw new AuthError("storage_unavailable");
      },
    };
    const { summary } = await importInto({ ...to, users: lost }, each([{ kind: "user", value: user }]));
    expect(summary.user).toEqual({ ...rest, alreadyThere: 1 });
    const failing = { ...users, add: () => Promise.reject(new Error("full")) };
    const records = each<StoredRecord>([{ kind: "user", value: aUser() }]);
    await expect(importInto({ ...to, users: failing }, records)).rejects.toThrow("full");
  });

  it("compares names by the present rules, not by the export, and reports look-alikes as a conflict", async () => {
    const named = (id: string, shown: string) =>
      aUser({ id, username: { shown, canonical: shown.toLowerCase() } });
    const users = [named("a", "Conor O\u2019Brien"), named("b", "Conor O'Brien"), named("c", "ada  eva")];
    const records = users.map((value): StoredRecord => ({ kind: "user", value }));
    const to = openMemoryStorage();
    const { summary, conflicts } = await importInto(to, each(records));
    expect(summary.user).toEqual({ ...rest, imported: 2, conflicts: 1 });
    expect(conflicts).toEqual([{ kind: "user", id: expect.stringMatching(/^[ab]$/), field: "username" }]);
    expect((await to.users.findByUsername("conor o'brien"))?.id).toMatch(/^[ab]$/);
    expect((await to.users.findByUsername("ada eva"))?.username.shown).toBe("ada  eva");
    const again = await importInto(to, each(records));
    expect(again.summary.user).toEqual({ ...rest, alreadyThere: 2, conflicts: 1 });
  });

  it("finds a name there that the storage still has in its former form", async () => {
    const user = aUser({ username: { shown: "ada  eva", canonical: "ada  eva" } });
    const to = openMemoryStorage();
    await to.users.add(user);
    const { summary } = await importInto(to, each<StoredRecord>([{ kind: "user", value: user }]));
    expect(summary.user).toEqual({ ...rest, alreadyThere: 1 });
  });

  it("has no pending work once it stops", async () => {
    const to = openMemoryStorage();
    const [failing, slow] = [aUser(), aUser()];
    const users = {
      ...to.users,
      async add(user: typeof slow) {
        if (user.id === failing.id) throw new Error("full");
        for (let turn = 0; turn < 20; turn += 1) await undefined;
        await to.users.add(user);
      },
    };
    const records = [failing, slow].map((value): StoredRecord => ({ kind: "user", value }));
    await expect(importInto({ ...to, users }, each(records))).rejects.toThrow("full");
    expect(await to.users.findById(slow.id)).toEqual(slow);
  });
});
