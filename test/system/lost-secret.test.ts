import { readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openLmdbStorage } from "../../src/adapters/lmdb/storage.ts";
import { call, registered } from "../support/api.ts";
import { runCli } from "../support/cli.ts";
import { FREE_AND_CHEAP, runToExit, startServer, temporaryDirectory } from "../support/server-process.ts";

/** A store without the file of its secret. */
let directory: ReturnType<typeof temporaryDirectory>;
const at = (...names: string[]) => join(directory.path, ...names);
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => directory.remove());

const env = () => ({ DATA_DIR: at("data"), ...FREE_AND_CHEAP });
const names = () => readdirSync(at("data")).filter((name) => !name.endsWith(".mdb"));

async function losing() {
  const server = await startServer(env());
  const person = await registered(server.url);
  await server.end();
  renameSync(at("data", "secret.key"), at("kept.key"));
  return person;
}

describe("a secret.key that is lost beside a store that needs it", { timeout: 60_000 }, () => {
  it("keeps the service and every worker from starting, and no other is made", async () => {
    const { refresh_token: token } = await losing();
    for (const WORKERS of ["1", "2"]) {
      const { status, output } = await runToExit({ ...env(), WORKERS });
      // a status for which supervisors do not restart
      expect(status).toBe(78);
      expect(output).toContain(`secret.key is missing in ${at("data")}`);
      expect(output).toMatch(/Put it back, or set SECRET_KEY .*restore --retire-keys/);
      expect(names()).toEqual([]);
    }
    renameSync(at("kept.key"), at("data", "secret.key"));
    const server = await startServer(env());
    expect((await call(server.url, "GET /api/token/refresh", { token })).status).toBe(200);
    await server.end();
  });

  it("is found by doctor and by commands that need it, which make no other", async () => {
    await losing();
    const doctor = await runCli(env(), ["doctor", "--json"]);
    expect(doctor.status).toBe(1);
    expect(JSON.parse(doctor.stdout).checks).toContainEqual({
      name: "secret",
      status: "failed",
      found: expect.stringContaining("secret.key is missing"),
      advice: expect.stringContaining("Put it back"),
    });
    for (const args of [
      ["user", "list"],
      ["keys", "list"],
    ]) {
      const { status, stderr } = await runCli(env(), args);
      expect([args, status, stderr]).toEqual([args, 78, expect.stringContaining("secret.key is missing")]);
    }
    expect(names()).toEqual([]);
  });

  it("is done without as the refusal says: the accounts are kept, and everybody logs in again", async () => {
    const { username, password, refresh_token: token } = await losing();
    expect((await runCli(env(), ["backup", at("a.backup")])).status).toBe(0);
    const elsewhere = { ...env(), DATA_DIR: at("elsewhere") };
    const { status } = await runCli(elsewhere, ["restore", at("a.backup"), "--retire-keys"]);
    expect(status).toBe(0);
    const server = await startServer(elsewhere);
    expect((await call(server.url, "POST /api/login", { json: { username, password } })).status).toBe(200);
    expect((await call(server.url, "GET /api/token/refresh", { token })).status).toBe(401);
    await server.end();
  });

  it("is not missed where SECRET_KEY says it, nor before a store has used one", async () => {
    await losing();
    const fresh = { ...env(), DATA_DIR: at("fresh") };
    // as left by a process that dies between making the store and its secret
    await (await openLmdbStorage(fresh.DATA_DIR)).close();
    expect((await runCli(fresh, ["user", "list"])).status).toBe(0);
    expect(readdirSync(fresh.DATA_DIR)).toContain("secret.key");
    expect((await runCli({ ...env(), SECRET_KEY_FILE: at("kept.key") }, ["user", "list"])).status).toBe(0);
  });

  it("imports nothing under another one", async () => {
    await losing();
    const others = { ...env(), DATA_DIR: at("others") };
    const server = await startServer(others);
    await registered(server.url);
    await server.end();
    expect((await runCli(others, ["export", "json", at("a.jsonl"), "--without-keys"])).status).toBe(0);
    const { status, stderr } = await runCli(env(), ["import", "json", at("a.jsonl"), "--without-keys"]);
    expect([status, stderr]).toEqual([78, expect.stringContaining("secret.key is missing")]);
    expect(names()).toEqual([]);
  });
});

it("eight processes that start at once on nothing agree on one secret", async () => {
  const servers = await Promise.all(Array.from({ length: 8 }, () => startServer(env())));
  expect(names()).toEqual(["secret.key"]);
  await Promise.all(servers.map((server) => server.end()));
}, 60_000);
