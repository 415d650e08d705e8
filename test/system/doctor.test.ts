import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openLmdbStorage } from "../../src/adapters/lmdb/storage.ts";
import { SWEEP_TURN } from "../../src/application/maintenance/sweep.ts";
import { type CliAnswer, hasTerminals, runCli, runOnTerminal } from "../support/cli.ts";
import { FREE_AND_CHEAP, startServer, temporaryDirectory } from "../support/server-process.ts";
import { sharedStorages } from "../support/storage-choices.ts";

const SECRET = "another secret than the one of before";

interface Check {
  readonly name: string;
  readonly status: string;
  readonly found: string;
  readonly advice: string | null;
}

function report({ stdout }: CliAnswer): { ok: boolean; checks: Check[] } {
  return JSON.parse(stdout);
}

function statuses(answer: CliAnswer) {
  return Object.fromEntries(report(answer).checks.map(({ name, status }) => [name, status]));
}

describe.each(sharedStorages)("doctor on $name", ({ kind, open }) => {
  const { env: storage, remove } = open();
  afterAll(remove);

  it("finds all well beside a running server but what is set too cheap", async () => {
    const env = { ...storage, ...FREE_AND_CHEAP };
    const server = await startServer(env);
    try {
      const answer = await runCli(env, ["doctor", "--json"]);
      expect([answer.status, answer.stderr]).toEqual([0, ""]);
      expect(report(answer).ok).toBe(true);
      expect(statuses(answer)).toEqual({
        configuration: "ok",
        storage: "ok",
        atomicity: "ok",
        [kind === "directory" ? "disk" : "indexes"]: "ok",
        secret: "ok",
        settings: "ok",
        "signing keys": "ok",
        clock: "ok",
        mail: "ok",
        "legacy hashes": "ok",
        "hash speed": "warning",
      });
    } finally {
      await server.end();
    }
  });

  it("prints a line for each to people, with no colour where there is no terminal", async () => {
    const { status, stdout } = await runCli({ ...storage, ...FREE_AND_CHEAP }, ["doctor"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ok {7}storage {8}\S.*\d ms/m);
    expect(stdout).toMatch(/^warning {2}hash speed {5}@node-rs\/argon2: .*\n {24}\S.*OWASP/m);
    expect(stdout).not.toContain("\u001b");
  });

  it("finds a secret that is not the storage's, with status 1", async () => {
    const answer = await runCli({ ...storage, ...FREE_AND_CHEAP, SECRET_KEY: SECRET }, ["doctor", "--json"]);
    expect(answer.status).toBe(1);
    expect(report(answer).ok).toBe(false);
    expect(statuses(answer)).toMatchObject({ storage: "ok", secret: "failed", "hash speed": "warning" });
    expect(answer.stdout).not.toContain(SECRET);
  });
});

describe("doctor", () => {
  const { path, remove } = temporaryDirectory();
  afterAll(remove);

  it("finds a storage that cannot be used, and goes on with the rest", async () => {
    const MONGO_URI = "mongodb://ada:hunter2@127.0.0.1:1/db";
    const damaged = join(path, "damaged");
    writeFileSync(damaged, "");
    for (const storage of [{ MONGO_URI, SECRET_KEY: SECRET }, { DATA_DIR: damaged }]) {
      const answer = await runCli({ ...storage, ...FREE_AND_CHEAP }, ["doctor", "--json"]);
      expect(answer.status).toBe(1);
      expect(statuses(answer)).toEqual({ configuration: "ok", storage: "failed", "hash speed": "warning" });
      expect(report(answer).checks[1]?.advice).toMatch(/MONGO_URI|DATA_DIR/);
      expect(answer.stdout + answer.stderr).not.toContain("hunter2");
    }
  });

  it("finds a clock that is behind what is stored", async () => {
    const DATA_DIR = join(path, "ahead");
    const storage = await openLmdbStorage(DATA_DIR);
    await storage.storedValues.claim(SWEEP_TURN, new Date(Date.now() + 60_000).toISOString());
    await storage.close();
    const answer = await runCli({ DATA_DIR, ...FREE_AND_CHEAP }, ["doctor", "--json"]);
    expect([answer.status, statuses(answer).clock]).toEqual([1, "failed"]);
  });

  it("says with status 78 that the configuration cannot be used", async () => {
    const { status, stdout, stderr } = await runCli({ PORT: "x", DATA_DIR: path }, ["doctor"]);
    expect([status, stdout, stderr]).toEqual([78, "", expect.stringContaining("PORT")]);
  });

  it.skipIf(!hasTerminals)("paints on a terminal, but not where NO_COLOR is set", async () => {
    const env = { STORAGE: "memory", ...FREE_AND_CHEAP };
    expect((await runOnTerminal(env, ["doctor"], [])).stdout).toContain("\u001b[32mok");
    expect((await runOnTerminal({ ...env, NO_COLOR: "1" }, ["doctor"], [])).stdout).not.toContain("\u001b");
  });
});

describe("config", () => {
  const { path, remove } = temporaryDirectory();
  afterAll(remove);
  writeFileSync(join(path, "secret"), "a secret of more than thirty-two bytes");

  it("shows what is in effect and hides what is secret", async () => {
    const env = { SECRET_KEY_FILE: join(path, "secret"), PORT: "81" };
    const { status, stdout, stderr } = await runCli(env, ["config"]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^PORT +81 +environment$/m);
    expect(stdout).toMatch(/^SECRET_KEY +\(hidden\) +file .*secret$/m);
    expect(stdout).not.toContain("thirty-two");
  });

  it("shows it, too, where it cannot be used, and says why with status 78", async () => {
    const { status, stdout, stderr } = await runCli({ PORT: "x", HOST: "h" }, ["config", "--json"]);
    expect([status, stderr]).toEqual([78, expect.stringContaining("PORT must be a whole number")]);
    const { settings, faults } = JSON.parse(stdout);
    expect(faults).toEqual(["PORT must be a whole number"]);
    expect(settings).toContainEqual({ name: "HOST", value: "h", origin: "environment" });
    expect(settings).toContainEqual({ name: "PORT", value: null, origin: "environment" });
  });
});
