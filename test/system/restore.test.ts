import { appendFileSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { call, registered } from "../support/api.ts";
import { hasTerminals, runCli, runOnTerminal } from "../support/cli.ts";
import { read } from "../support/project.ts";
import { FREE_AND_CHEAP, startServer, temporaryDirectory } from "../support/server-process.ts";
import { commandsOf, runShell } from "../support/shell.ts";

let directory: ReturnType<typeof temporaryDirectory>;
const at = (...names: string[]) => join(directory.path, ...names);
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => directory.remove());

const SIGNINGS: [string, Record<string, string>][] = [
  ["ES256", {}],
  ["HS256", { JWT_SECRET_KEY: "a key that other services have as well" }],
];

/** A store, a backup of it, and two sessions, one of them ended after the backup. */
async function backedUp(env: Record<string, string> = {}) {
  const DATA_DIR = at("data");
  const server = await startServer({ DATA_DIR, ...FREE_AND_CHEAP, ...env });
  const person = await registered(server.url);
  const { email, password } = person;
  const { body: other } = await call(server.url, "POST /api/login", { json: { email, password } });
  const file = at("a.backup");
  expect((await runCli({ DATA_DIR, ...env }, ["backup", file])).status).toBe(0);
  const { status } = await call(server.url, "POST /api/logout", { token: person.refresh_token });
  expect(status).toBe(200);
  expect(await server.end()).toBe(0);
  return { file, person, other: other as { access_token: string; refresh_token: string } };
}

function withSecret(): string {
  mkdirSync(at("restored"));
  copyFileSync(at("data", "secret.key"), at("restored", "secret.key"));
  return at("restored");
}

const me = async (url: string, token: string) => (await call(url, "GET /api/me", { token })).status;
const refresh = async (url: string, token: string) =>
  (await call(url, "GET /api/token/refresh", { token })).status;

describe.each(SIGNINGS)("with %s", (_, env) => {
  it("revives what was revoked since where the keys are kept, and says so", async () => {
    const { file, person, other } = await backedUp(env);
    const DATA_DIR = withSecret();
    const answer = await runCli({ DATA_DIR, ...env }, ["restore", file, "--keep-keys"]);
    expect(answer).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/revoked after .* become valid again/),
    });
    const server = await startServer({ DATA_DIR, ...FREE_AND_CHEAP, ...env });
    expect(await me(server.url, person.access_token)).toBe(200);
    expect(await refresh(server.url, person.refresh_token)).toBe(200);
    expect(await refresh(server.url, other.refresh_token)).toBe(200);
    await server.end();
  });

  it("ends every token with --retire-keys, also without the former secret", async () => {
    const { file, person, other } = await backedUp(env);
    for (const DATA_DIR of [withSecret(), at("without")]) {
      const { status, stdout } = await runCli({ DATA_DIR, ...env }, [
        "restore",
        file,
        "--retire-keys",
        "--json",
      ]);
      const keys = env.JWT_SECRET_KEY === undefined ? 1 : 0;
      expect([status, JSON.parse(stdout)]).toEqual([
        0,
        {
          data_dir: DATA_DIR,
          at: expect.any(String),
          keys,
          retired: true,
          sessions_ended: 2,
          secret_changed: DATA_DIR === at("without"),
        },
      ]);
      const server = await startServer({ DATA_DIR, ...FREE_AND_CHEAP, ...env });
      for (const { access_token, refresh_token } of [person, other]) {
        expect(await me(server.url, access_token)).toBe(401);
        expect(await refresh(server.url, refresh_token)).toBe(401);
      }
      const { email, password } = person;
      const { status: login, body } = await call(server.url, "POST /api/login", {
        json: { email, password },
      });
      expect([login, await me(server.url, body.access_token)]).toEqual([200, 200]);
      expect(await refresh(server.url, body.refresh_token)).toBe(200);
      await server.end();
      const events = await runCli({ DATA_DIR, ...FREE_AND_CHEAP, ...env }, [
        "events",
        "--kind",
        "store_restored",
      ]);
      expect(events.stdout).toContain("retired=true");
    }
  });
});

it("warns that a shared key outlives the retiring", async () => {
  const env = { JWT_SECRET_KEY: "a key that other services have as well" };
  const { file } = await backedUp(env);
  const { stderr } = await runCli({ DATA_DIR: at("r"), ...env }, ["restore", file, "--retire-keys"]);
  expect(stderr).toContain("another JWT_SECRET_KEY");
});

it("needs to be told what becomes of the keys", async () => {
  const { file } = await backedUp();
  const DATA_DIR = withSecret();
  const { status, stderr } = await runCli({ DATA_DIR }, ["restore", file]);
  expect([status, stderr]).toEqual([2, expect.stringContaining("--retire-keys or --keep-keys")]);
  expect(readdirSync(DATA_DIR)).toEqual(["secret.key"]);
});

it.runIf(hasTerminals)("asks on a terminal, and takes no other answer", async () => {
  const { file } = await backedUp();
  const DATA_DIR = withSecret();
  const unclear = await runOnTerminal({ DATA_DIR }, ["restore", file], [["[retire/keep]", "y\n"]]);
  expect(unclear).toMatchObject({ status: 2, stdout: expect.stringContaining("has 1 signing key, sealed") });
  expect(readdirSync(DATA_DIR)).toEqual(["secret.key"]);
  const retired = await runOnTerminal({ DATA_DIR }, ["restore", file], [["[retire/keep]", "retire\n"]]);
  expect(retired).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("1 signing key retired, 2 sessions ended"),
  });
});

it("refuses what is no whole backup, and leaves nothing behind", async () => {
  const { file } = await backedUp();
  const DATA_DIR = withSecret();
  const bytes = readFileSync(file);
  const changed = Buffer.from(bytes);
  changed.writeUInt8(changed.readUInt8(9_000) ^ 1, 9_000);
  const files: [string, Buffer][] = [
    ["cut", bytes.subarray(0, bytes.length - 5_000)],
    ["changed", changed],
    ["without its end", bytes.subarray(0, bytes.lastIndexOf("\n{"))],
    ["with a hole", Buffer.concat([bytes.subarray(0, 4_096), bytes.subarray(8_192)])],
    ["a store itself", readFileSync(at("data", "data.mdb"))],
    ["empty", Buffer.alloc(0)],
  ];
  for (const [name, content] of files) {
    writeFileSync(at(name), content);
    const { status, stderr } = await runCli({ DATA_DIR }, ["restore", at(name), "--keep-keys"]);
    expect([name, status, stderr]).toEqual([name, 1, expect.stringContaining("Nothing was restored: ")]);
    expect([name, readdirSync(DATA_DIR)]).toEqual([name, ["secret.key"]]);
  }
  const missing = await runCli({ DATA_DIR }, ["restore", at("nothing"), "--keep-keys"]);
  expect(missing).toMatchObject({ status: 1, stderr: expect.stringContaining("ENOENT") });
  expect((await runCli({ DATA_DIR }, ["restore", file, "--keep-keys"])).status).toBe(0);
});

it("never goes over a store, nor over a file", async () => {
  const { file } = await backedUp();
  const store = readFileSync(at("data", "data.mdb"));
  const over = await runCli({ DATA_DIR: at("data") }, ["restore", file, "--retire-keys"]);
  expect(over).toMatchObject({ status: 1, stderr: expect.stringContaining("There is a store") });
  expect(readFileSync(at("data", "data.mdb")).equals(store)).toBe(true);

  appendFileSync(file, "x");
  const again = await runCli({ DATA_DIR: at("data") }, ["backup", file]);
  expect(again).toMatchObject({ status: 1, stderr: expect.stringContaining("is there already") });
  expect(readFileSync(file, "utf8").endsWith("x")).toBe(true);
  expect((await runCli({ DATA_DIR: at("data") }, ["backup", file, "--force"])).status).toBe(0);
  expect(readFileSync(file, "utf8").endsWith("x")).toBe(false);
});

it("keeps keys only under their secret", async () => {
  const { file } = await backedUp();
  const env = { DATA_DIR: at("restored"), SECRET_KEY: "another secret of thirty-two bytes or more" };
  const { status, stderr } = await runCli(env, ["restore", file, "--keep-keys"]);
  expect([status, stderr]).toEqual([1, expect.stringContaining("another SECRET_KEY")]);
  expect(readdirSync(at("restored"))).toEqual([]);
});

it.each([
  ["memory", { STORAGE: "memory" }, "keeps nothing"],
  ["MongoDB", { MONGO_URI: "mongodb://localhost/x", SECRET_KEY: "s".repeat(40) }, "mongodump"],
])("has nothing to do with %s", async (_, env, said) => {
  for (const args of [
    ["backup", at("x")],
    ["restore", at("x"), "--keep-keys"],
  ]) {
    const { status, stderr } = await runCli(env, args);
    expect([status, stderr]).toEqual([1, expect.stringContaining(said)]);
  }
  const nothing = await runCli({ DATA_DIR: at("none") }, ["backup", at("x")]);
  expect(nothing).toMatchObject({ status: 78, stderr: expect.stringContaining("there is no store in") });
});

it("works by the commands of docs/guides/backup.md", async () => {
  const page = read("docs/guides/backup.md");
  const making = commandsOf(page, "Making a backup");
  const restoring = commandsOf(page, "Restoring, step by step");
  expect([making.length, restoring.length]).toEqual([4, 5]);
  const server = await startServer({ DATA_DIR: at("data"), ...FREE_AND_CHEAP });
  const { email, password } = await registered(server.url);
  for (const command of making) {
    // a line of a crontab
    const script = command.replace(/^17 (\* ){4} cd \S+ && /, "").replaceAll("\\%", "%");
    expect(await runShell(directory.path, script)).toMatchObject({ status: 0 });
  }
  await server.end();
  const made = readdirSync(at("backups")).sort();
  expect(made).toHaveLength(2);
  copyFileSync(at("backups", made[1] as string), at("backups", "last.backup"));
  for (const command of restoring) {
    const { status, output } = await runShell(directory.path, command, FREE_AND_CHEAP);
    expect([command, status, output]).toEqual([command, 0, expect.any(String)]);
  }
  const again = await startServer({ DATA_DIR: at("data"), ...FREE_AND_CHEAP });
  expect((await call(again.url, "POST /api/login", { json: { email, password } })).status).toBe(200);
  await again.end();
  const before = /`(DATA_DIR=\S*before connect-auth events[^`]*)`/.exec(page)?.[1] ?? "none";
  const events = await runShell(directory.path, before, FREE_AND_CHEAP);
  expect([events.status, events.output]).toEqual([0, expect.stringContaining("user_registered")]);
});
