import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { lineOf, recordOf } from "../../../src/adapters/json-lines/records.ts";
import { exportText } from "../../../src/adapters/json-lines/write.ts";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import type { StoredRecord } from "../../../src/application/transfer/stored-records.ts";
import type { Session } from "../../../src/domain/session.ts";
import type { User } from "../../../src/domain/user.ts";
import { withCurrentCanonicalForm } from "../../../src/domain/username.ts";
import { aSession, aSigningKey, aUser } from "../../support/storage-samples.ts";
import { collected, each, HEAD, importInto, read, recordsOf, textOf } from "../../support/transfer.ts";

const date = fc.date({ min: new Date(0), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true });
const anyText = fc.string({ unit: "grapheme", maxLength: 60 });
const name = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 30 })
  .filter((text) => /^[^\p{Cc}\p{Cs}]+$/u.test(text) && text.length <= 254);
const identifier = fc.record({ shown: name, canonical: name });
/** A user with present canonical names, since an import updates them. */
const username = name
  .map((shown) => withCurrentCanonicalForm({ shown, canonical: shown }))
  .filter(({ canonical }) => canonical !== "");
const id = fc.oneof(fc.uuid(), fc.stringMatching(/^[0-9a-f]{24}$/));
const count = fc.nat();

const user: fc.Arbitrary<User> = fc.record({
  id,
  username,
  email: identifier,
  passwordHash: anyText,
  createdAt: date,
  epoch: count,
  keptSession: fc.option(id, { nil: undefined }),
  unlocks: fc.nat(),
  disabled: fc.boolean(),
  emailVerified: fc.boolean(),
  legacyIdentity: fc.option(anyText, { nil: undefined }),
  linksSince: fc.option(date, { nil: undefined }),
  factors: fc.option(
    fc.record({
      revision: count,
      totp: fc.option(fc.record({ id, sealedSecret: anyText, createdAt: date, lastStep: count }), {
        nil: undefined,
      }),
      pendingTotp: fc.option(fc.record({ id, sealedSecret: anyText, epoch: count, expiresAt: date }), {
        nil: undefined,
      }),
      recoveryCodes: fc.option(
        fc.record({ id, sealedKey: anyText, hashes: fc.array(anyText, { maxLength: 10 }) }),
        { nil: undefined },
      ),
    }),
    { nil: undefined },
  ),
  emailHistory: fc.option(
    fc.record({
      revision: count,
      former: fc.array(fc.record({ revision: count, until: date }), { maxLength: 16 }),
    }),
    { nil: undefined },
  ),
});

const session: fc.Arbitrary<Session> = fc.record({
  id,
  userId: id,
  epoch: count,
  generation: count,
  generationStartedAt: date,
  createdAt: date,
  lastUsedAt: date,
  expiresAt: date,
  userAgent: anyText,
  ip: fc.oneof(fc.ipV4(), fc.ipV6()),
  authenticatedAt: date,
  amr: fc.array(fc.constantFrom("pwd", "otp", "mfa"), { maxLength: 3 }),
});

const users = fc.uniqueArray(user, {
  selector: ({ id, username, email }) => [id, username.canonical, email.canonical],
  comparator: (one, other) => one.some((text, index) => text === other[index]),
});
const sessions = fc.uniqueArray(session, { selector: (one) => one.id });
const revocations = fc.array(fc.record({ key: id.map((tokenId) => `jti:${tokenId}`), until: date }));

it("a user of an export of before there were unlocks has none", () => {
  const value = aUser();
  const { user } = JSON.parse(lineOf({ kind: "user", value: { ...value, unlocks: 7 } }));
  expect(user.unlocks).toBe(7);
  const { unlocks: _, ...before } = user;
  expect(recordOf({ user: before })).toEqual({ kind: "user", value });
});

it("a session of an export without its authentication has that of its beginning", () => {
  const value = aSession({ amr: ["pwd"] });
  const { session } = JSON.parse(lineOf({ kind: "session", value }));
  expect(session).toMatchObject({ authenticatedAt: value.authenticatedAt.toISOString(), amr: ["pwd"] });
  const { authenticatedAt: _, amr: __, ...before } = session;
  const authenticatedAt = value.createdAt;
  expect(recordOf({ session: before })).toEqual({ kind: "session", value: { ...value, authenticatedAt } });
});

it("export, import and export again give the same text", async () => {
  await fc.assert(
    fc.asyncProperty(users, sessions, revocations, fc.integer({ min: 1, max: 300 }), async (...drawn) => {
      const [people, logins, entries, size] = drawn;
      const from = openMemoryStorage();
      for (const person of people) await from.users.add(person);
      for (const login of logins) await from.sessions.add(login);
      for (const { key, until } of entries) await from.revocations.add(key, until);
      const text = await textOf(from);
      const records = await read(text, size);
      expect(records).toStrictEqual(await collected(recordsOf(from)));
      const to = openMemoryStorage();
      expect((await importInto(to, each(records))).conflicts).toEqual([]);
      expect(await textOf(to)).toBe(text);
    }),
  );
});

describe("a text that is no whole export", () => {
  const records: StoredRecord[] = [
    { kind: "setting", value: { name: "data-a", value: "none" } },
    { kind: "signing_key", value: { ...aSigningKey("ES256", 1), sealedPrivateKey: undefined } },
    { kind: "session", value: aSession({ userAgent: "ü" }) },
    { kind: "revocation", value: { key: "jti:1", until: new Date(4e12) } },
    { kind: "user", value: aUser({ passwordHash: "a secret hash" }) },
  ];
  let text: string;
  let lines: string[];
  beforeAll(async () => {
    text = (await collected(exportText(HEAD, each(records)).text)).join("");
    lines = text.trimEnd().split("\n");
    expect(await read(text)).toStrictEqual(records);
  });

  const refusalOf = async (changed: string | Uint8Array) =>
    read(changed, 50).then(
      () => "none",
      (error: Error) => `${error.name} ${error.message}`,
    );
  const replaced = (at: number, line: (old: string) => string) =>
    `${lines.map((old, index) => (index === at ? line(old) : old)).join("\n")}\n`;

  it("is refused wherever it is cut", async () => {
    const bytes = Buffer.from(text);
    for (let end = 0; end < bytes.length; end += 1) {
      expect(await refusalOf(bytes.subarray(0, end))).toMatch(/^BadExport line \d: /);
    }
  });

  it("is refused whichever byte is changed", async () => {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ 1;
      expect([at, await refusalOf(changed)]).toEqual([at, expect.stringMatching(/^BadExport line \d: /)]);
    }
  });

  it("is refused without lines that belong there, with a line twice and with lines after the end", async () => {
    for (const at of lines.keys()) {
      const without = `${lines.filter((_, index) => index !== at).join("\n")}\n`;
      expect(await refusalOf(without)).toMatch(/^BadExport /);
      expect(await refusalOf(replaced(at, (old) => `${old}\n${old}`))).toMatch(/^BadExport /);
    }
    expect(await refusalOf(`${text}\n`)).toBe("BadExport line 8: something follows the end");
    expect(await refusalOf(`${text}${lines[2]}\n`)).toBe("BadExport line 8: something follows the end");
  });

  it.each<[string, number, (old: string) => string, string]>([
    [
      "another version",
      0,
      (old) => old.replace('"version":1', '"version":2'),
      "line 1: the export is of version 2, and this program reads 1",
    ],
    ["another format", 0, (old) => old.replace("hbtu", "xyz"), "line 1: this is no export of this program"],
    ["no JSON", 1, () => "a secret", "line 2: it is no JSON object"],
    ["a bare value", 1, () => "17", "line 2: it is no JSON object"],
    ["another kind", 1, () => '{"secret":{}}', "line 2: it is of no kind that this program knows"],
    ["no kind", 1, () => "{}", "line 2: it is of no kind that this program knows"],
    ["two kinds", 1, () => '{"user":{},"session":{}}', "line 2: it is of no kind that this program knows"],
    ["a list", 5, () => '{"user":[]}', "line 6: it is no user"],
    ["a field too many", 5, (old) => old.replace('"epoch"', '"secret":1,"epoch"'), "line 6: it is no user"],
    ["a field too few", 5, (old) => old.replace(/"epoch":\d+,/, ""), "line 6: epoch of the user is wrong"],
    [
      "another type",
      5,
      (old) => old.replace('"disabled":false', '"disabled":"secret"'),
      "line 6: disabled of the user is wrong",
    ],
    ["no such day", 5, (old) => old.replace("02-29", "02-30"), "line 6: createdAt of the user is wrong"],
    ["no milliseconds", 5, (old) => old.replace(".789Z", "Z"), "line 6: createdAt of the user is wrong"],
    [
      "a negative count",
      5,
      (old) => old.replace('"epoch":', '"epoch":-1'),
      "line 6: epoch of the user is wrong",
    ],
    [
      "a control character",
      5,
      (old) => old.replace("ada ", "ada\\u0007"),
      "line 6: username of the user is wrong",
    ],
    ["a line without end", 4, (old) => " ".repeat(2_000_000) + old, "line 5: it is too long for a record"],
  ])("says the line, and nothing of what stands there: %s", async (_, at, change, message) => {
    const changed = replaced(at, change);
    expect(changed).not.toBe(text);
    expect(await refusalOf(changed)).toBe(`BadExport ${message}`);
  });

  it("is refused where it is not UTF-8", async () => {
    const latin = Buffer.from(text.replace("ü", "\u00fc"), "latin1");
    expect(await refusalOf(latin)).toBe("BadExport line 3: it is no JSON object");
  });
});
