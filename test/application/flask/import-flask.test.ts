import { describe, expect, it } from "vitest";
import { argon2Driver } from "../../../src/adapters/argon2/argon2-driver.ts";
import { openArgon2Hasher } from "../../../src/adapters/argon2/password-hasher.ts";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import { platformEmailRules } from "../../../src/adapters/node/platform.ts";
import { passlibPbkdf2 } from "../../../src/adapters/passlib/pbkdf2.ts";
import { findFlaskConflicts } from "../../../src/application/flask/flask-conflicts.ts";
import { flaskRounds } from "../../../src/application/flask/flask-rounds.ts";
import {
  type ImportFlaskCommand,
  type ImportStep,
  makeImportFlask,
  type UserLeftOut,
} from "../../../src/application/flask/import-flask.ts";
import { withFlaskHashes } from "../../../src/application/flask/with-flask-hashes.ts";
import type { Storage } from "../../../src/application/ports/storage/storage.ts";
import { type FlaskRecord, flaskClaims } from "../../../src/domain/flask/flask-user.ts";
import type { User } from "../../../src/domain/user.ts";
import { ada, client, DAY_MS, makeCore, refusal, START, testClock } from "../../support/core.ts";
import { aRecord, flaskInMemory, OLD_HASH } from "../../support/flask.ts";
import { aUser } from "../../support/storage-samples.ts";

type Options = Partial<ImportFlaskCommand> & { storage?: Storage; revoked?: readonly unknown[] };

/** Runs the import of these records. Resolves to its report and progress. */
async function imported(records: readonly FlaskRecord[], options: Options = {}) {
  const { storage = openMemoryStorage(), revoked, ...command } = options;
  const rows: UserLeftOut[] = [];
  const steps: ImportStep[] = [];
  const summary = await makeImportFlask({
    source: flaskInMemory(records, revoked),
    clock: testClock(),
    ...storage,
    flaskHashes: passlibPbkdf2,
    ...platformEmailRules,
  })({
    dryRun: false,
    onConflict: "skip",
    leftOut: async (row) => void rows.push(row),
    progress: (step) => void steps.push(step),
    ...command,
  });
  const outcomes = Object.fromEntries(rows.map(({ id, reasons }) => [id, reasons]));
  return { storage, rows, outcomes, steps, summary, counts: summary.users };
}

/** All records that an import may write. */
async function contentsOf({ users, revocations, storedValues }: Storage) {
  const all = [users.list(undefined, 1_000), revocations.list(undefined, 1_000)];
  return [...(await Promise.all(all)), await flaskRounds(storedValues)];
}

it("brings over users, their ids and dates, and revoked tokens for thirty days and an hour", async () => {
  const record = aRecord();
  const { storage, summary, rows } = await imported([record], { revoked: ["jti-1", null, "jti-2", 7] });
  expect(await storage.users.findById(record.id)).toMatchObject({
    createdAt: record.createdAt,
    passwordHash: OLD_HASH,
    legacyIdentity: record.email,
  });
  const until = new Date(START.getTime() + 30 * DAY_MS + 3_600_000);
  expect(await storage.revocations.list(undefined, 10)).toEqual([
    { key: "jti:jti-1", until },
    { key: "jti:jti-2", until },
  ]);
  expect(rows).toEqual([]);
  expect(summary).toEqual({
    users: { found: 1, imported: 1, alreadyThere: 0, removedSince: 0, leftOut: 0 },
    revokedTokens: { found: 4, imported: 2, unusable: 2 },
  });
});

it("stores revoked tokens, then that old hashes are there, then the first user", async () => {
  const storage = openMemoryStorage();
  const order: string[] = [];
  const noting = <T extends object>(port: T): T =>
    new Proxy(port, {
      get: (target, name) => {
        if (["add", "claim"].includes(String(name)))
          order.push(port === storage.users ? "user" : String(name));
        return Reflect.get(target, name);
      },
    });
  const { users, revocations, storedValues } = storage;
  const noted = {
    ...storage,
    users: noting(users),
    revocations: noting(revocations),
    storedValues: noting(storedValues),
  };
  await imported([aRecord()], { storage: noted, revoked: ["jti-1"] });
  expect(order).toEqual(["add", "claim", "user"]);
});

describe("records that old hashes are in storage", () => {
  const dear = aRecord({ password: OLD_HASH.replace("29000", "150000") });

  it("with the most rounds of any, and never fewer than before", async () => {
    const { storage } = await imported([aRecord(), dear, aRecord()]);
    expect(await flaskRounds(storage.storedValues)).toBe(150_000);
    await imported([aRecord()], { storage });
    expect(await flaskRounds(storage.storedValues)).toBe(150_000);
  });

  it("where a start said that there are none", async () => {
    const storage = openMemoryStorage();
    await storage.storedValues.claim("legacy-hashes", "none");
    expect(await flaskRounds(storage.storedValues)).toBe(0);
    await imported([dear], { storage });
    expect(await flaskRounds(storage.storedValues)).toBe(150_000);
  });

  it("only where there is one", async () => {
    const { storage } = await imported([aRecord({ password: "$2b$12$abc" })], { revoked: ["jti-1"] });
    expect(await storage.storedValues.find("legacy-hashes")).toBeUndefined();
  });
});

it("leaves out what is faulty, with all reasons, and no hash in the report", async () => {
  const faulty = aRecord({ username: 7, email: "no address", password: "a secret" });
  const { rows, counts } = await imported([aRecord(), faulty]);
  expect(rows).toStrictEqual([
    {
      id: faulty.id,
      username: undefined,
      email: "no address",
      reasons: ["username_wrong_type", "email_invalid", "password_hash_refused"],
    },
  ]);
  expect(counts).toMatchObject({ imported: 1, leftOut: 1 });
});

describe("of users who share", () => {
  const twins: [string, Partial<FlaskRecord>, Partial<FlaskRecord>, string][] = [
    ["a name", { username: "Ada" }, { username: "Ada" }, "username_duplicate"],
    ["a name but for case", { username: "Ada" }, { username: "aDA " }, "username_duplicate"],
    [
      "a name but for its Unicode form",
      { username: "Jos\u00e9" },
      { username: "Jose\u0301" },
      "username_duplicate",
    ],
    [
      "a name but for its apostrophe",
      { username: "Conor O\u2019Brien" },
      { username: "Conor O'Brien" },
      "username_duplicate",
    ],
    [
      "a name but for letters that look alike",
      { username: "علی" },
      { username: "علي" },
      "username_duplicate",
    ],
    ["an address but for case", { email: "ada@b.example" }, { email: "ADA@B.example" }, "email_duplicate"],
    [
      "an address but for its Unicode form",
      { email: "jos\u00e9@m\u00fcller.example" },
      { email: "jose\u0301@xn--mller-kva.example" },
      "email_duplicate",
    ],
  ];

  it.each(twins)("%s, none is imported", async (_, one, other, reason) => {
    const [a, b] = [aRecord(one), aRecord(other)];
    const { storage, outcomes, counts } = await imported([a, aRecord(), b]);
    expect(outcomes).toEqual({ [a.id]: [reason], [b.id]: [reason] });
    expect(counts).toMatchObject({ imported: 1, leftOut: 2 });
    expect(await storage.users.findById(a.id)).toBeUndefined();
  });

  it.each(twins)("%s, the oldest by date is imported if so configured", async (_, one, other, reason) => {
    const [young, old] = [aRecord(one), aRecord({ ...other, createdAt: new Date(1_000) })];
    const { storage, outcomes } = await imported([young, old], { onConflict: "oldest" });
    expect(outcomes).toEqual({ [young.id]: [reason] });
    expect(await storage.users.findById(old.id)).toBeDefined();
  });

  it("a name and a date, the lowest id is the oldest", async () => {
    const [a, b] = [aRecord({ username: "x" }), aRecord({ username: "X", createdAt: new Date(1_000) })];
    const same = { ...a, createdAt: new Date(1_000) };
    const { outcomes } = await imported([b, same], { onConflict: "oldest" });
    expect(Object.keys(outcomes)).toEqual([b.id]);
  });

  it.each([
    ["cannot come in itself", { createdAt: new Date(1_000), password: "plain" }, "password_hash_refused"],
    ["has no date", { createdAt: undefined }, "createdAt_missing"],
  ])("a name with one that may be the oldest and %s, nobody comes in", async (_, fields, reason) => {
    const [first, faulty] = [aRecord({ username: "x" }), aRecord({ username: "x", ...fields })];
    const { outcomes } = await imported([first, faulty], { onConflict: "oldest" });
    expect(outcomes[first.id]).toEqual(["username_duplicate"]);
    expect(outcomes[faulty.id]).toContain(reason);
  });

  it("a name with one and an address with another, each must be the oldest of both", async () => {
    const at = (createdAt: number, username: string, email: string) =>
      aRecord({ username, email, createdAt: new Date(createdAt) });
    const [a, b, c] = [at(1, "x", "p@b.example"), at(2, "X", "q@b.example"), at(3, "y", "Q@b.example")];
    const { outcomes } = await imported([c, b, a], { onConflict: "oldest" });
    expect(outcomes).toEqual({ [b.id]: ["username_duplicate"], [c.id]: ["email_duplicate"] });
  });

  it("nothing, an address like another's name is no conflict", async () => {
    const { counts } = await imported([
      aRecord({ username: "a@b.example" }),
      aRecord({ email: "a@b.example" }),
    ]);
    expect(counts.leftOut).toBe(0);
  });
});

it.each([
  ["Conor O\u2019Brien", "Conor O'Brien"],
  ["Conor O'Brien", "Conor O\u02bcBrien"],
  ["علی", "علي"],
])("who comes in as %j leaves %j to nobody", async (username, alike) => {
  const core = await makeCore();
  await imported([aRecord({ username })], { storage: core.storage });
  expect(await refusal(core.register({ ...ada, username: alike }))).toBe("username_taken");
});

it.each([true, false])("tells what is taken by accounts of the new service (dry run: %s)", async (dryRun) => {
  const storage = openMemoryStorage();
  const [one, two] = [
    { shown: "Ada", canonical: "ada" },
    { shown: "A@b.example", canonical: "a@b.example" },
  ];
  await storage.users.add(aUser({ username: one }));
  await storage.users.add(aUser({ email: two }));
  const records = [aRecord({ username: "ADA" }), aRecord({ email: "A@B.example" }), aRecord()];
  const { outcomes } = await imported(records, { storage, dryRun });
  expect(outcomes).toEqual({
    [records[0]?.id as string]: ["username_taken"],
    [records[1]?.id as string]: ["email_taken"],
  });
});

it.each(["skip", "oldest"] as const)(
  "a dry run writes nothing and reports what the run then does (%s)",
  async (onConflict) => {
    const storage = openMemoryStorage();
    await storage.users.add(aUser({ username: { shown: "Ada", canonical: "ada" } }));
    const records = [
      aRecord(),
      aRecord({ username: "ada" }),
      aRecord({ username: "twin" }),
      aRecord({ username: "TWIN" }),
      aRecord({ email: 7 }),
    ];
    const before = await contentsOf(storage);
    const dry = await imported(records, { storage, onConflict, dryRun: true, revoked: ["jti-1", 2] });
    expect(await contentsOf(storage)).toStrictEqual(before);
    const real = await imported(records, { storage, onConflict, revoked: ["jti-1", 2] });
    expect(dry.rows).toStrictEqual(real.rows);
    expect(dry.summary).toStrictEqual(real.summary);
    expect(await contentsOf(storage)).not.toStrictEqual(before);
  },
);

describe("run again", () => {
  const records = [aRecord(), aRecord({ username: "twin" }), aRecord({ username: "TWIN" }), aRecord()];
  const first = records[0] as FlaskRecord;

  it("touches nothing that it brought over", async () => {
    const { storage } = await imported(records);
    const user = (await storage.users.findById(first.id)) as User;
    await storage.users.advanceEpoch(user, { keptSession: undefined, passwordHash: "changed" });
    const before = await contentsOf(storage);
    const { counts } = await imported(records, { storage });
    expect(counts).toEqual({ found: 4, imported: 0, alreadyThere: 2, removedSince: 0, leftOut: 2 });
    expect(await contentsOf(storage)).toStrictEqual(before);
  });

  it("imports users that it left out, once they are valid", async () => {
    const { storage } = await imported(records);
    const { counts } = await imported(records, { storage, onConflict: "oldest" });
    expect(counts).toMatchObject({ imported: 1, alreadyThere: 2, leftOut: 1 });
  });

  it("does not change imported users, even if their records have changed", async () => {
    const { storage } = await imported([first]);
    const twin = aRecord({ username: first.username, createdAt: new Date(0) });
    const { outcomes, counts } = await imported([{ ...first, email: 7 }, twin], { storage });
    expect(counts).toMatchObject({ imported: 0, alreadyThere: 1, leftOut: 1 });
    expect(outcomes[twin.id]).toEqual(["username_duplicate"]);
  });

  it.each([true, false])("does not import removed users again (dry run: %s)", async (dryRun) => {
    const hasher = await openArgon2Hasher(argon2Driver, { memoryKib: 64, passes: 1, lanes: 1 });
    const hashes = { hashes: passlibPbkdf2, areInStorage: true };
    const core = await makeCore(() => ({
      hasher: { ...withFlaskHashes(hasher, () => hashes), refuseIfFull() {} },
    }));
    const { storage } = core;
    await imported([first], { storage });
    const { accessToken } = await core.login({ email: first.email as string, password: "password", client });
    await core.deleteAccount({ accessToken, password: "password", client });
    const { counts } = await imported([first], { storage, dryRun });
    expect(counts).toEqual({ found: 1, imported: 0, alreadyThere: 0, removedSince: 1, leftOut: 0 });
    expect(await storage.users.findById(first.id)).toBeUndefined();
  });

  it("remembers no user that was not imported", async () => {
    const core = await makeCore();
    const { accessToken } = await core.register(ada);
    await core.deleteAccount({ accessToken, password: ada.password, client });
    const entries = await core.storage.revocations.list(undefined, 100);
    expect(entries.filter(({ key }) => key.startsWith("removed-user:"))).toEqual([]);
  });
});

it("stopped before any of its writes and run again, comes to the same end", async () => {
  const records = [aRecord(), aRecord({ username: "twin" }), aRecord({ username: "Twin" }), aRecord()];
  const options = { onConflict: "oldest", revoked: ["jti-1", "jti-2"] } as const;
  const whole = await contentsOf((await imported(records, options)).storage);
  for (let stopBefore = 0; ; stopBefore += 1) {
    const storage = openMemoryStorage();
    const ended = await refusal(imported(records, { ...options, storage: failing(storage, stopBefore) }));
    await imported(records, { ...options, storage });
    expect([stopBefore, await contentsOf(storage)]).toStrictEqual([stopBefore, whole]);
    if (ended === "none") return expect(stopBefore).toBeGreaterThan(5);
  }
});

/** The storage, whose calls all fail from the given one on. */
function failing(storage: Storage, from: number): Storage {
  let calls = 0;
  const wrap = <T extends object>(port: T): T =>
    new Proxy(port, {
      get:
        (target, name) =>
        async (...args: unknown[]) => {
          calls += 1;
          if (calls > from) throw new Error("gone");
          return (target as Record<PropertyKey, (...args: unknown[]) => unknown>)[name]?.(...args);
        },
    });
  const { users, revocations, storedValues } = storage;
  return { ...storage, users: wrap(users), revocations: wrap(revocations), storedValues: wrap(storedValues) };
}

it("two at once bring everybody over once", async () => {
  const records = Array.from({ length: 30 }, () => aRecord());
  const storage = openMemoryStorage();
  const runs = await Promise.all([imported(records, { storage }), imported(records, { storage })]);
  expect(runs.map(({ counts }) => counts.leftOut)).toEqual([0, 0]);
  expect(runs.reduce((sum, { counts }) => sum + counts.imported, 0)).toBe(30);
});

it("tells how far it has come, to the end of each part", async () => {
  const records = Array.from({ length: 1_100 }, () => aRecord());
  const { steps } = await imported(records, { revoked: ["jti-1"] });
  expect(steps).toContainEqual({ phase: "checking users", done: 1_000, total: 1_100 });
  for (const [phase, total] of Object.entries({
    "checking users": 1_100,
    "revoked tokens": 1,
    users: 1_100,
  })) {
    expect(steps.filter((step) => step.phase === phase).at(-1)).toEqual({ phase, done: total, total });
  }
});

it("does not mistake equal fingerprints of different users for duplicates", async () => {
  const [a, b, c] = [aRecord(), aRecord({ username: "twin" }), aRecord({ username: "Twin" })];
  const { users } = flaskInMemory([a, b, c]);
  const { oldestOf } = await findFlaskConflicts(
    users,
    platformEmailRules,
    () => {},
    () => 1,
  );
  const claims = [a, b, c].map((record) => flaskClaims(record, platformEmailRules));
  expect(claims.map(({ username }) => oldestOf("username", username))).toEqual([undefined, b.id, b.id]);
  expect(claims.map(({ email }) => oldestOf("email", email))).toEqual([undefined, undefined, undefined]);
});

it("finds conflicts among many, however far apart", async () => {
  const records = Array.from({ length: 3_000 }, () => aRecord());
  const [a, b] = [aRecord({ email: "far@apart.example" }), aRecord({ email: "FAR@apart.example" })];
  const { outcomes, counts } = await imported([a, ...records, b]);
  expect(outcomes).toEqual({ [a.id]: ["email_duplicate"], [b.id]: ["email_duplicate"] });
  expect(counts.imported).toBe(3_000);
});
