import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exportText } from "../../src/adapters/json-lines/write.ts";
import { openLmdbStorage } from "../../src/adapters/lmdb/storage.ts";
import { secretFingerprint } from "../../src/adapters/node/secret-key.ts";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import type { StoredRecord } from "../../src/application/transfer/stored-records.ts";
import { runCli, startCli } from "../support/cli.ts";
import { startServer, temporaryDirectory } from "../support/server-process.ts";
import { aSession, aSigningKey, aUser } from "../support/storage-samples.ts";
import { collected, each } from "../support/transfer.ts";

const SECRET_KEY = "a secret that all processes of a test have";
const UNTIL = new Date("2100-01-02T03:04:05.678Z");

function recordsOf(people: number): StoredRecord[] {
  const users = Array.from({ length: people }, () => aUser());
  const byId = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1);
  return [
    { kind: "signing_key", value: aSigningKey("ES256", 1) },
    ...users
      .map(({ id }) => aSession({ userId: id }))
      .sort(byId)
      .map((value) => ({ kind: "session" as const, value })),
    { kind: "revocation", value: { key: "jti:1", until: UNTIL } },
    ...users.sort(byId).map((value) => ({ kind: "user" as const, value })),
  ];
}

async function exportOf(records: StoredRecord[], keys = true): Promise<string> {
  const head = { keys, secret: secretFingerprint(SECRET_KEY) };
  return (await collected(exportText(head, each(records)).text)).join("");
}

describe("import json", () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  let env: Record<string, string>;
  let file: string;
  beforeEach(() => {
    directory = temporaryDirectory();
    env = { DATA_DIR: join(directory.path, "data"), SECRET_KEY };
    file = join(directory.path, "export.jsonl");
  });
  afterEach(() => directory.remove());

  async function inStorage<T>(work: (storage: Storage) => Promise<T>): Promise<T> {
    const storage = await openLmdbStorage(env.DATA_DIR as string);
    return work(storage).finally(() => storage.close());
  }
  const isEmpty = () =>
    inStorage(async ({ users, sessions, revocations, signingKeys, storedValues }) => {
      const lists = [users, sessions, revocations].map(({ list }) => list(undefined, 1));
      const found = [...(await Promise.all(lists)), await signingKeys.list()].flat();
      return found.length === 0 && (await storedValues.find("secret-check")) === undefined;
    });
  const run = (...args: string[]) => runCli(env, ["import", "json", ...args]);

  it.each<[string, (text: string) => string, string]>([
    ["is cut", (text) => text.slice(0, -20), "line 8: the text breaks off"],
    ["has lost its last line", (text) => text.replace(/.*\n$/, ""), "the end is missing"],
    [
      "has a changed line",
      (text) => text.replace('"disabled":false', '"disabled":true'),
      "something before it was changed",
    ],
    [
      "has a spoilt line",
      (text) => text.replace('"epoch":0', '"epoch":"x"'),
      "line 6: epoch of the user is wrong",
    ],
    [
      "is of another version",
      (text) => text.replace('"version":1', '"version":2'),
      "version 2, and this program reads 1",
    ],
    ["is something else", () => "id,name\n", "line 1: it is no JSON object"],
    ["is empty", () => "", "line 1: this is no export"],
  ])("writes nothing of a file that %s", async (_, change, message) => {
    const text = await exportOf(recordsOf(2));
    writeFileSync(file, change(text));
    const { status, stdout, stderr } = await run(file, "--with-keys");
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(message);
    expect(stderr).toContain("Nothing was written");
    expect(await isEmpty()).toBe(true);
  });

  it("says that it is incomplete where standard input breaks off, with nobody let in", async () => {
    const text = await exportOf(recordsOf(2));
    const cut = text.slice(0, text.indexOf('{"user"'));
    const { status, stderr } = await runCli(env, ["import", "json", "-", "--with-keys"], cut);
    expect(status).toBe(1);
    expect(stderr).toContain("It is incomplete: run it again with the whole export");
    expect(await inStorage(({ users }) => users.list(undefined, 1))).toEqual([]);
    expect((await runCli(env, ["import", "json", "-", "--with-keys"], text)).status).toBe(0);
    expect((await runCli(env, ["export", "json", "--with-keys"])).stdout).toBe(text);
  });

  it("goes on after it was killed", async () => {
    const text = await exportOf(recordsOf(20_000));
    writeFileSync(file, text);
    const { child, ended } = startCli(env, ["import", "json", file, "--with-keys"]);
    const sessionsThere = () => inStorage(({ sessions }) => sessions.list(undefined, 100));
    while ((await sessionsThere()).length < 100) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGKILL");
    expect((await ended).status).toBe("SIGKILL");
    expect(await inStorage(({ users }) => users.list(undefined, 1))).toEqual([]);
    expect((await run(file, "--with-keys")).status).toBe(0);
    const { status, stdout } = await runCli(env, ["export", "json", "--with-keys"]);
    expect(status).toBe(0);
    expect(stdout === text).toBe(true);
  });

  it("asks for a word about the signing keys, where there are any", async () => {
    writeFileSync(file, await exportOf(recordsOf(1)));
    const unsaid = await run(file);
    expect(unsaid).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--with-keys or --without-keys"),
    });
    expect(await isEmpty()).toBe(true);
    expect((await run(file, "--with-keys", "--without-keys")).status).toBe(2);
    expect((await run(file, "--without-keys")).stdout).toContain("signing_key: 0 imported");
    expect(await inStorage(({ signingKeys }) => signingKeys.list())).toEqual([]);
    const [, ...withoutKey] = recordsOf(1);
    writeFileSync(file, await exportOf(withoutKey, false));
    expect((await run(file)).status).toBe(0);
    expect((await run(file, "--with-keys")).stderr).toContain("There are no signing keys in this export");
  });

  it("takes sealed keys only with the SECRET_KEY that opens them, or has opened them before", async () => {
    writeFileSync(file, await exportOf(recordsOf(1)));
    const old = SECRET_KEY;
    env = { ...env, SECRET_KEY: `another ${SECRET_KEY}` };
    const refused = await run(file, "--with-keys");
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining("another SECRET_KEY") });
    expect(await isEmpty()).toBe(true);
    const without = await run(file, "--without-keys");
    expect(without).toMatchObject({ status: 0, stderr: expect.stringMatching(/^warning: .*logs in again/) });
    env = { ...env, SECRET_KEY_PREVIOUS: old };
    expect(await run(file, "--with-keys")).toMatchObject({ status: 0, stderr: "" });
  });

  it("tells what else is in the way, and ends with status 1", async () => {
    const records = recordsOf(2);
    const user = records.at(-1)?.value as ReturnType<typeof aUser>;
    await inStorage(({ users }) => users.add({ ...user, passwordHash: "of today" }));
    writeFileSync(file, await exportOf(records));
    const { status, stdout, stderr } = await run(file, "--with-keys", "--json");
    expect(status).toBe(1);
    expect(stderr).toBe(`not imported: user ${user.id}, the storage has another passwordHash\n`);
    expect(JSON.parse(stdout).user).toEqual({ imported: 1, already_there: 0, conflicts: 1 });
    expect((await inStorage(({ users }) => users.findById(user.id)))?.passwordHash).toBe("of today");
  });

  it("has nothing to do with a storage in memory, nor with a file that is not there", async () => {
    expect((await run("no such file")).status).toBe(1);
    writeFileSync(file, await exportOf(recordsOf(1)));
    env = { STORAGE: "memory", SECRET_KEY };
    expect((await run(file, "--with-keys")).status).toBe(78);
  });
});

describe("export json", () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  let env: Record<string, string>;
  beforeEach(() => {
    directory = temporaryDirectory();
    env = { DATA_DIR: join(directory.path, "data"), SECRET_KEY };
  });
  afterEach(() => directory.remove());

  it("refuses what nothing can be in, what is in its way, and to guess about the keys", async () => {
    const file = join(directory.path, "export.jsonl");
    const never = await runCli(env, ["export", "json", file, "--without-keys"]);
    expect(never).toMatchObject({ status: 78, stderr: expect.stringContaining("there is no store in") });
    const text = await exportOf(recordsOf(1));
    expect((await runCli(env, ["import", "json", "-", "--with-keys"], text)).status).toBe(0);
    const unsaid = await runCli(env, ["export", "json", file]);
    expect(unsaid).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--with-keys or --without-keys"),
    });
    writeFileSync(file, "mine");
    const refused = await runCli(env, ["export", "json", file, "--with-keys"]);
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining("is there already") });
    expect(readFileSync(file, "utf8")).toBe("mine");
    expect((await runCli(env, ["export", "json", file, "--with-keys", "--force"])).status).toBe(0);
    expect(readFileSync(file, "utf8")).toBe(text);
    expect((await runCli(env, ["export", "json", "--without-keys"])).stdout).not.toContain(
      "sealedPrivateKey",
    );
  });

  it("serves elsewhere with the secret that the embedded store made, by its file", async () => {
    const { DATA_DIR = "" } = env;
    await (await startServer({ DATA_DIR })).end();
    expect((await runCli({ DATA_DIR }, ["keys", "rotate"])).status).toBe(0);
    const { stdout: text } = await runCli({ DATA_DIR }, ["export", "json", "--with-keys"]);
    expect(text.match(/sealedPrivateKey/g)).toHaveLength(2);
    const elsewhere = {
      DATA_DIR: join(directory.path, "elsewhere"),
      SECRET_KEY_FILE: join(DATA_DIR, "secret.key"),
    };
    const taken = await runCli(elsewhere, ["import", "json", "-", "--with-keys"], text);
    expect(taken).toMatchObject({ status: 0, stderr: "" });
    const listed = await runCli(elsewhere, ["keys", "list"]);
    expect(listed).toEqual(await runCli({ DATA_DIR }, ["keys", "list"]));
    expect(listed.status).toBe(0);
  });
});
