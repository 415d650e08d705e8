import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { call, registered } from "../support/api.ts";
import { runCli } from "../support/cli.ts";
import { FREE_AND_CHEAP, MAIN, startServer, temporaryDirectory } from "../support/server-process.ts";

const directories: { remove: () => void }[] = [];
afterEach(() => {
  for (const { remove } of directories.splice(0)) remove();
});

type Person = Awaited<ReturnType<typeof registered>>;

/** Begins 200 registrations a second until stopped. Resolves to the registered people. */
function register(url: string, everyMs = 5) {
  const people: Person[] = [];
  const running = new Set<Promise<void>>();
  const began = performance.now();
  let begun = 0;
  const timer = setInterval(() => {
    // make up for a late timer
    for (; begun < (performance.now() - began) / everyMs; begun += 1) {
      // a busy machine refuses some
      const one = registered(url).then(
        (person) => void people.push(person),
        () => {},
      );
      running.add(one);
      void one.finally(() => running.delete(one));
    }
  }, everyMs);
  return {
    people,
    async stop() {
      clearInterval(timer);
      await Promise.all(running);
      const perSecond = (count: number) => ((count / (performance.now() - began)) * 1_000).toFixed();
      return `${perSecond(begun)} registrations a second, ${perSecond(people.length)} of them acknowledged`;
    },
  };
}

async function working<T>(things: readonly T[], work: (thing: T) => Promise<void>): Promise<void> {
  const open = [...things];
  const one = async () => {
    for (let thing = open.pop(); thing !== undefined; thing = open.pop()) await work(thing);
  };
  await Promise.all(Array.from({ length: 8 }, one));
}

it("restores all that was acknowledged before a backup began, under 200 registrations a second", async () => {
  const directory = temporaryDirectory();
  directories.push(directory);
  const DATA_DIR = join(directory.path, "data");
  const server = await startServer({ DATA_DIR, ...FREE_AND_CHEAP });
  const load = register(server.url);
  const backups: { file: string; before: Person[]; after: number }[] = [];
  for (let round = 0; round < 3; round += 1) {
    await sleep(1_000);
    const before = [...load.people];
    const file = join(directory.path, `${round}.backup`);
    const { status, stderr } = await runCli({ DATA_DIR }, ["backup", file]);
    expect([status, stderr]).toEqual([0, ""]);
    backups.push({ file, before, after: load.people.length });
  }
  console.log(await load.stop());
  expect(await server.end()).toBe(0);

  for (const [round, { file, before, after }] of backups.entries()) {
    expect(before.length).toBeGreaterThan(0);
    // otherwise it was no backup under load
    expect(after).toBeGreaterThan(before.length);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const restored = join(directory.path, `restored-${round}`);
    mkdirSync(restored);
    copyFileSync(join(DATA_DIR, "secret.key"), join(restored, "secret.key"));
    const { status } = await runCli({ DATA_DIR: restored }, ["restore", file, "--keep-keys"]);
    expect(status).toBe(0);
    expect(readdirSync(restored).sort()).toEqual(["data.mdb", "secret.key"]);
    const again = await startServer({ DATA_DIR: restored, ...FREE_AND_CHEAP });
    const missing: string[] = [];
    await working(before, async ({ email, password, username, access_token: token }) => {
      const login = await call(again.url, "POST /api/login", { json: { email, password } });
      const me = await call(again.url, "GET /api/me", { token });
      if (login.status !== 200 || me.status !== 200) missing.push(username);
    });
    expect(missing).toEqual([]);
    expect(await again.end()).toBe(0);
  }
}, 120_000);

it("leaves nothing behind where a backup finds no room", async () => {
  const directory = temporaryDirectory();
  directories.push(directory);
  const DATA_DIR = join(directory.path, "data");
  const server = await startServer({ DATA_DIR, ...FREE_AND_CHEAP });
  await registered(server.url);
  expect(await server.end()).toBe(0);

  const to = join(directory.path, "to");
  mkdirSync(to);
  const file = join(to, "a.backup");
  const limited = spawn(
    "/bin/sh",
    ["-c", 'ulimit -f 40 && exec "$@"', "sh", process.execPath, MAIN, "backup", file],
    { env: { PATH: process.env.PATH ?? "", DATA_DIR } },
  );
  let output = "";
  limited.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const status = await new Promise((resolve) => limited.once("close", resolve));
  expect([status, output]).toEqual([1, expect.stringContaining("The backup failed: ")]);
  expect(readdirSync(to)).toEqual([]);
});
