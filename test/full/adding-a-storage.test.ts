import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { call, registered } from "../support/api.ts";
import { applyChange, changesIn, compiledWithout, copyOfProject } from "../support/documented-changes.ts";
import { mustRun, run } from "../support/run.ts";
import { FREE_AND_CHEAP, startProgram } from "../support/server-process.ts";

/** Follows docs/adding-a-storage-adapter.md in a copy of the project, with LMDB's adapter under another name. */

const changes = changesIn("docs/adding-a-storage-adapter.md");
const REFERENCE = "docs/reference/configuration.md";
const ADAPTER = "src/adapters/example/";

let copy: Awaited<ReturnType<typeof copyOfProject>>;
let env: Record<string, string>;

beforeAll(async () => {
  copy = await copyOfProject();
  const folder = join(copy.root, ADAPTER);
  cpSync(join(copy.root, "src/adapters/lmdb"), folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name), "utf8");
    writeFileSync(join(folder, name), text.replaceAll("openLmdbStorage", "openExampleStorage"));
  }
  for (const change of changes) applyChange(copy.root, change);
  env = { PATH: process.env.PATH ?? "", STORAGE: "example", DATA_DIR: join(copy.root, "data") };
});
afterAll(() => copy.remove());

const program = () => [process.execPath, join(copy.root, "dist/main.js")] as const;
const serve = (more: Record<string, string> = {}) =>
  startProgram(program(), { ...env, ...FREE_AND_CHEAP, PORT: "0", SHUTDOWN_GRACE: "0s", ...more }, copy.root);
const command = (...args: string[]) =>
  mustRun([...program(), ...args], { cwd: copy.root, env: { ...env, ...FREE_AND_CHEAP } });

it("touches the places that the page names, and compiles", async () => {
  expect(await copy.tool("tsc", "-b")).toEqual({ status: 0, output: "" });
  expect((await copy.tool("vitest", "run", "test/reference.test.ts")).status).toBe(1);
  expect((await copy.tool("vitest", "run", "test/reference.test.ts", "--update")).status).toBe(0);
  const changed = (await copy.changed()).filter((path) => !path.startsWith(ADAPTER));
  const places = new Set([...changes.map(({ path }) => path), REFERENCE]);
  expect(changed).toEqual([...places].toSorted());
  expect(places.size).toBe(5);
});

it("passes the contract suite, what tests say of every descriptor, and the gates", async () => {
  const tests = [
    "test/adapters/example",
    "test/composition/storages",
    "test/reference.test.ts",
    "test/rooms.test.ts",
  ];
  const { status, output } = await copy.tool("vitest", "run", ...tests);
  expect([status, output]).toEqual([0, expect.stringContaining("example.test.ts")]);
  expect(await copy.tool("biome", "check", "src", "test")).toMatchObject({ status: 0 });
});

it("serves, and its secret, accounts and sessions survive a restart", async () => {
  const first = await serve();
  const { refresh_token: token } = await registered(first.url);
  expect(first.output()).toContain(`storage  Example in ${env.DATA_DIR}`);
  expect(await first.end()).toBe(0);
  expect(readdirSync(env.DATA_DIR as string)).toContain("secret.key");
  const second = await serve({ WORKERS: "2" });
  expect((await call(second.url, "GET /api/token/refresh", { token })).status).toBe(200);
  expect(await second.end()).toBe(0);
});

it("is examined, shown, exported, backed up and restored by the commands", async () => {
  const { checks } = JSON.parse(await command("doctor", "--json"));
  const statuses = Object.fromEntries(
    checks.map(({ name, status }: Record<string, string>) => [name, status]),
  );
  expect(statuses).toMatchObject({ storage: "ok", atomicity: "ok", disk: "ok", secret: "ok", clock: "ok" });
  const config = await command("config");
  expect(config).toMatch(/^STORAGE +example +environment$/m);
  expect(config).toMatch(/^SECRET_KEY +\(hidden\) +derived: secret\.key in DATA_DIR$/m);
  expect(await command("export", "json", "--without-keys")).toContain('"user"');
  const file = join(copy.root, "a.backup");
  await command("backup", file);
  const elsewhere = join(copy.root, "elsewhere");
  await mustRun([...program(), "restore", file, "--retire-keys"], {
    cwd: copy.root,
    env: { ...env, DATA_DIR: elsewhere },
  });
  expect(existsSync(join(elsewhere, "data.mdb"))).toBe(true);
});

it.each([
  ["where the tests choose it", /storage-choices/, "example"],
  ["its import", /storages\.ts$/, "example"],
])("does not compile without the line %s", async (_, place, name) => {
  const [forgotten] = changes.filter(({ path }) => place.test(path));
  const { status, output } = await compiledWithout(copy, forgotten);
  expect(status).not.toBe(0);
  expect(output).toContain(name);
});

it("has one worker where its descriptor says that processes cannot share it", async () => {
  const descriptor = "src/composition/storages/example.ts";
  const alone = {
    path: descriptor,
    isNew: false,
    text: "-  isSharedByProcesses: true,\n+  isSharedByProcesses: false,\n",
  };
  applyChange(copy.root, alone);
  expect(await copy.tool("tsc", "-b")).toMatchObject({ status: 0 });
  const { status, output } = await run([...program()], { cwd: copy.root, env: { ...env, WORKERS: "2" } });
  expect([status, output]).toEqual([78, expect.stringContaining("WORKERS is above 1 and STORAGE=example")]);
});
