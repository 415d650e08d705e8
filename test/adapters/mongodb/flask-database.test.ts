import { ObjectId } from "mongodb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { holdsFlaskData, openFlaskDatabase } from "../../../src/adapters/mongodb/flask-database.ts";
import { openMongoStorage } from "../../../src/adapters/mongodb/storage.ts";
import { holdsSecret } from "../../../src/adapters/mongodb/uri.ts";
import type { FlaskDatabase } from "../../../src/application/flask/flask-database.ts";
import { contentsOf, fillFlaskDatabase, OLD_HASH } from "../../support/flask.ts";
import { dropDatabase, freshDatabase, mongoServer } from "../../support/storage-mongodb.ts";

async function all<T>(things: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const thing of things) list.push(thing);
  return list;
}

describe.skipIf(!mongoServer)("mongodb: the Flask server's database", () => {
  let uri: string;
  let source: FlaskDatabase | undefined;
  beforeEach(() => {
    uri = freshDatabase();
  });
  afterEach(async () => {
    await source?.close();
    source = undefined;
    await dropDatabase(uri);
  });

  async function opened(users: object[], revoked: object[] = []) {
    await fillFlaskDatabase(uri, users, revoked);
    source = await openFlaskDatabase(uri);
    return source;
  }

  it("is read field by field, and what is not asked for stays there", async () => {
    const createdAt = new Date("2020-05-17T10:11:12.345Z");
    const _id = new ObjectId("5EC10F80E4B0C9A7D6E3F210");
    const fields = { username: "Ada", email: "Ada@b.example", password: OLD_HASH, createdAt };
    const { users } = await opened([{ _id, ...fields, image_file: "ada.png" }]);
    expect(await all(users())).toStrictEqual([{ id: "5ec10f80e4b0c9a7d6e3f210", ...fields }]);
  });

  it("reads present values of any type, and missing ones", async () => {
    const fields = { username: 7, email: ["a"], password: null };
    const { users, revokedTokenIds } = await opened([{ ...fields }], [{ jti: "1" }, { jti: 7 }, {}]);
    const [{ id: _, ...rest } = {}] = await all(users());
    expect(rest).toEqual({ ...fields, createdAt: undefined });
    expect(await all(revokedTokenIds())).toEqual(["1", 7, undefined]);
  });

  it("never takes another id for an ObjectId", async () => {
    const ids = ["5ec10f80e4b0c9a7d6e3f210", 7, new Date(0)];
    const { users } = await opened(ids.map((_id) => ({ _id })));
    expect(new Set((await all(users())).map(({ id }) => id))).toEqual(
      new Set(['"5ec10f80e4b0c9a7d6e3f210"', "7", '{"$date":"1970-01-01T00:00:00Z"}']),
    );
  });

  it("is read to its end, by id upwards, as often as it is asked for", async () => {
    const ids = Array.from({ length: 2_500 }, () => new ObjectId());
    const { users, count } = await opened(ids.map((_id) => ({ _id })).reverse(), [{ jti: "1" }]);
    expect(await count()).toEqual({ users: 2_500, revokedTokens: 1 });
    for (const time of [1, 2]) {
      const found = (await all(users())).map(({ id }) => id);
      expect([time, found]).toEqual([time, ids.map(String).sort()]);
    }
  });

  it("may be empty", async () => {
    const { users, revokedTokenIds, count } = await opened([]);
    expect([await count(), await all(users()), await all(revokedTokenIds())]).toEqual([
      { users: 0, revokedTokens: 0 },
      [],
      [],
    ]);
  });

  it("is known by its collections, beside those of the new service too", async () => {
    const storage = await openMongoStorage(uri);
    await storage.close();
    expect(await holdsFlaskData(uri)).toBe(false);
    await fillFlaskDatabase(uri, [], [{ jti: "1" }]);
    expect(await holdsFlaskData(uri)).toBe(true);
  });

  it("is left as it is by a storage that is opened to read", async () => {
    const storage = await openMongoStorage(uri, { prepare: false });
    expect(await storage.users.findIds(["1"])).toEqual(new Set());
    await storage.close();
    expect(await contentsOf(uri)).toEqual({});
  });

  it("must be named", async () => {
    await expect(openFlaskDatabase(mongoServer as string)).rejects.toThrow(/does not name the database/);
  });
});

it("a server that is not there is told by its host, and no password", async () => {
  const opening = openFlaskDatabase("mongodb://user:s3cret@127.0.0.1:1/old", 100);
  const { message } = await opening.catch((error) => error);
  expect(message).toContain("MongoDB at 127.0.0.1:1/old");
  expect(message).not.toContain("s3cret");
});

it.each([
  ["mongodb://user:s3cret@h/d", true],
  ["mongodb://h/d?tls=true&tlsCertificateKeyFilePassword=s3cret", true],
  ["mongodb://h/d?proxyHost=p&proxyUsername=u&proxyPassword=s3cret", true],
  ["mongodb://user@h/d?authMechanism=MONGODB-X509&tls=true", false],
  ["mongodb://h/d?w=1", false],
])("knows whether %s holds a secret", (uri, holds) => {
  expect(holdsSecret(uri)).toBe(holds);
});
