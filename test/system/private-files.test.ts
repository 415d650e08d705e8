import { type ChildProcess, spawn } from "node:child_process";
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { registered } from "../support/api.ts";
import { FREE_AND_CHEAP, MAIN, startServer, temporaryDirectory } from "../support/server-process.ts";

/** All programs here run with a umask of 0. */
const OPEN_UMASK = ["/bin/sh", "-c", 'umask 000; exec "$0" "$@"'] as const;

const directory = temporaryDirectory();
afterAll(directory.remove);
const at = (...names: string[]) => join(directory.path, ...names);

/** The names below a directory that other users can read, write or enter. */
function openToOthers(path: string): string[] {
  return readdirSync(path).flatMap((name) => {
    const each = join(path, name);
    // a draft may have been renamed since
    const found = lstatSync(each, { throwIfNoEntry: false });
    if (found === undefined) return [];
    const isOpen = (found.mode & 0o077) !== 0 ? [`${each} ${(found.mode & 0o777).toString(8)}`] : [];
    return found.isDirectory() ? [...isOpen, ...openToOthersIn(each)] : isOpen;
  });
}

function openToOthersIn(path: string): string[] {
  try {
    return openToOthers(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** Looks repeatedly until the process ends. */
async function openWhile(child: ChildProcess): Promise<string[]> {
  const found = new Set<string>();
  let looks = 0;
  for (; child.exitCode === null && child.signalCode === null; looks += 1) {
    for (const each of openToOthers(directory.path)) found.add(each);
    await setImmediate();
  }
  expect(looks).toBeGreaterThan(10);
  expect(child.exitCode).toBe(0);
  return [...found, ...openToOthers(directory.path)];
}

function run(args: readonly string[], env: Record<string, string>) {
  const [shell, ...before] = OPEN_UMASK;
  return spawn(shell, [...before, process.execPath, MAIN, ...args], {
    env: { PATH: process.env.PATH ?? "", ...env },
    stdio: "ignore",
  });
}

beforeAll(async () => {
  const env = { DATA_DIR: at("deep", "data"), WORKERS: "2", ...FREE_AND_CHEAP };
  const server = await startServer(env, directory.path, OPEN_UMASK);
  for (let made = 0; made < 20; made += 1) await registered(server.url);
  const open = openToOthers(directory.path);
  await server.end();
  expect(open).toEqual([]);
});

it("a service's own files are its user's alone", () => {
  expect(openToOthers(directory.path)).toEqual([]);
  expect(readdirSync(at("deep", "data")).sort()).toEqual(["data.mdb", "lock.mdb", "secret.key"]);
});

it.each([
  { args: ["backup", at("a.backup")], data: "data" },
  { args: ["export", "json", at("a.jsonl"), "--without-keys"], data: "data" },
  { args: ["import", "json", at("a.jsonl"), "--without-keys"], data: "imported" },
  { args: ["restore", at("a.backup"), "--retire-keys"], data: "restored" },
])("what $args.0 writes is its user's alone from the first byte on", async ({ args, data }) => {
  const child = run(args, { DATA_DIR: at("deep", data) });
  expect(await openWhile(child)).toEqual([]);
});
