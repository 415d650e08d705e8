import { existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MongoClient } from "mongodb";
import { afterAll, describe, expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { FREE_AND_CHEAP, startServer, temporaryDirectory } from "../support/server-process.ts";
import { dropDatabase, freshDatabase, mongoServer } from "../support/storage-mongodb.ts";

/** No command creates a store in a wrong directory or with the settings of another service. */

const place = temporaryDirectory();
const directory = realpathSync(place.path);
afterAll(place.remove);

const NEW = ["--username", "Ada", "--email", "ada@example.com", "--password-stdin"];
const COMMANDS: readonly (readonly string[])[] = [
  ["user", "list"],
  ["user", "show", "ada"],
  ["user", "create", ...NEW],
  ["user", "disable", "ada"],
  ["session", "list", "ada"],
  ["keys", "list"],
  ["keys", "rotate"],
  ["events"],
  ["export", "json", "--with-keys"],
];

describe("without a store in DATA_DIR", () => {
  it.each([...COMMANDS, ["backup", join(directory, "a.backup")]])(
    "%s %s makes nothing and says where it looked",
    async (...args) => {
      const { status, stdout, stderr } = await runCli(
        { DATA_DIR: "./data", ...FREE_AND_CHEAP },
        args,
        "correct horse",
        directory,
      );
      expect([status, stdout]).toEqual([78, ""]);
      expect(stderr).toContain(`there is no store in ${join(directory, "data")}: DATA_DIR is ./data`);
      expect(stderr).toContain(`the environment and ${join(directory, ".env")} (not there)`);
      expect(readdirSync(directory)).toEqual([]);
    },
  );

  it("doctor finds that as a failure and makes nothing", async () => {
    const empty = join(directory, "empty");
    mkdirSync(empty);
    const { status, stdout } = await runCli({ DATA_DIR: empty, ...FREE_AND_CHEAP }, ["doctor", "--json"]);
    const storage = JSON.parse(stdout).checks.find(({ name }: { name: string }) => name === "storage");
    expect([status, storage]).toEqual([
      1,
      expect.objectContaining({ status: "failed", found: expect.stringContaining(`no store in ${empty}`) }),
    ]);
    expect(readdirSync(empty)).toEqual([]);
  });

  it("--env-file or CONNECT_AUTH_ENV_FILE leads to the store from anywhere, the option first", async () => {
    const home = temporaryDirectory();
    const elsewhere = temporaryDirectory();
    const service = join(home.path, "service.env");
    const stray = join(home.path, "stray.env");
    writeFileSync(service, `DATA_DIR=${join(home.path, "data")}\n`);
    writeFileSync(stray, `DATA_DIR=${join(home.path, "stray")}\n`);
    writeFileSync(join(elsewhere.path, ".env"), `DATA_DIR=${join(home.path, "stray")}\n`);
    const server = await startServer({ CONNECT_AUTH_ENV_FILE: service, ...FREE_AND_CHEAP });
    const run = (env: Record<string, string>, args: string[]) =>
      runCli({ ...env, ...FREE_AND_CHEAP }, args, "", elsewhere.path);
    const named = { CONNECT_AUTH_ENV_FILE: service };
    const misled = { CONNECT_AUTH_ENV_FILE: stray };
    const [byVariable, byOption, after, byDotEnv, astray, ...missing] = await Promise.all([
      run(named, ["keys", "list"]),
      run(misled, ["--env-file", service, "keys", "list"]),
      run({}, ["keys", "list", "--env-file", service]),
      run({}, ["keys", "list"]),
      run(misled, ["keys", "list"]),
      ...[["config"], ["doctor"], []].map((args) => run({ CONNECT_AUTH_ENV_FILE: "missing.env" }, args)),
    ]);
    for (const { status, stderr } of [byVariable, byOption, after]) expect([status, stderr]).toEqual([0, ""]);
    expect(byDotEnv.stderr).toContain(`${join(home.path, "stray")}. Settings came`);
    expect(astray.stderr).toContain(`the environment and ${stray}:`);
    for (const { status, stdout, stderr } of missing) {
      expect([status, stdout]).toEqual([78, ""]);
      expect(stderr).toMatch(/missing\.env \(named by .*\) cannot be read \(ENOENT\)/);
    }
    // Node.js itself ends with 9 where the file of such an option is missing, whatever program it is for
    const noOption = await run(named, ["--env-file", "missing.env", "config"]);
    expect([78, 9]).toContain(noOption.status);
    expect(noOption).toMatchObject({ stdout: "", stderr: expect.stringContaining("missing.env") });
    expect((await run({}, ["--env-file", "", "config"])).status).not.toBe(0);
    expect(existsSync(join(home.path, "stray"))).toBe(false);
    await server.end();
    home.remove();
    elsewhere.remove();
  }, 60_000);
});

it.each([["user", "list"], ["keys", "list"], ["events"]])(
  "%s %s says that a storage in memory is nowhere else",
  async (...args) => {
    const { status, stderr } = await runCli({ STORAGE: "memory", ...FREE_AND_CHEAP }, args);
    expect([status, stderr]).toEqual([78, expect.stringContaining("STORAGE=memory keeps all data in the")]);
  },
);

describe.runIf(mongoServer)("without a store in MongoDB", () => {
  it("makes nothing, neither by the commands nor by doctor", async () => {
    const MONGO_URI = freshDatabase();
    const env = { MONGO_URI, SECRET_KEY: "a secret of this test, of many bytes", ...FREE_AND_CHEAP };
    for (const args of [COMMANDS[0], COMMANDS[2], COMMANDS[5]]) {
      const { status, stderr } = await runCli(env, args ?? [], "correct horse");
      expect([status, stderr]).toEqual([78, expect.stringContaining("where MONGO_URI points")]);
    }
    expect((await runCli(env, ["doctor"])).stdout).toMatch(/^failed {3}storage .*there is no store/m);
    const client = await MongoClient.connect(MONGO_URI);
    expect(await client.db().listCollections().toArray()).toEqual([]);
    await client.close();
    await dropDatabase(MONGO_URI);
  }, 60_000);
});
