import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { MongoClient } from "mongodb";
import { describe, expect, it } from "vitest";
import { settingsSchema } from "../../src/composition/settings/settings.ts";
import { call, registered } from "../support/api.ts";
import { runCli } from "../support/cli.ts";
import { commandsIn, ROOT, read } from "../support/project.ts";
import { FREE_AND_CHEAP, startServer, temporaryDirectory } from "../support/server-process.ts";
import { dropDatabase, freshDatabase, mongoServer } from "../support/storage-mongodb.ts";

/** The settings and commands in the guides exist. */

const GUIDES = readdirSync(join(ROOT, "docs/guides")).map((name) => `docs/guides/${name}`);

describe.each(GUIDES)("%s", (guide) => {
  it("names only settings that there are", () => {
    const names = /(?<=`)[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?=[`=])|(?<=^ {4}|--env |`)[A-Z][A-Z0-9_]+(?==)/gm;
    const named = Array.from(read(guide).matchAll(names), ([name]) => name.replace(/_FILE$/, ""));
    const settings = Object.keys(settingsSchema.shape);
    expect(named.filter((name) => !settings.includes(name))).toEqual([]);
  });

  it("names only commands and scripts that there are", () => {
    const known = Array.from(
      read("docs/command-line.md").matchAll(/^## `([a-z]+(?: [a-z-]+)?)/gm),
      ([, name]) => name,
    );
    const calls =
      /(?:(?<![/\w-])connect-auth|dist\/main\.js) ((?:user|session|keys|export|import) [a-z-]+|[a-z]+)(?=[` \n])/g;
    const called = Array.from(read(guide).matchAll(calls), ([, command]) => command);
    expect(called.filter((command) => !known.includes(command))).toEqual([]);
    const { scripts } = JSON.parse(read("package.json"));
    for (const [, script] of read(guide).matchAll(/npm run ([\w:-]+)/g))
      expect(scripts).toHaveProperty([script as string]);
  });
});

describe("what the guides say to run", () => {
  const commands = commandsIn(read("docs/guides/deployment.md"));

  it("installs the unit and all that it needs", () => {
    const place = temporaryDirectory();
    const installs = commands.filter((command) => command.startsWith("install "));
    expect(installs).toHaveLength(5);
    for (const command of installs) {
      // systemd-sysusers makes the group, see below
      const here = command.replace(/ \/(?=usr|etc)/, ` ${place.path}/`).replace(" -g connect-auth", "");
      execFileSync("sh", ["-c", here], { cwd: ROOT });
    }
    const etc = join(place.path, "etc");
    expect(statSync(join(etc, "connect-auth/connect-auth.env")).mode & 0o777).toBe(0o640);
    expect(statSync(join(place.path, "usr/local/bin/connect-auth")).mode & 0o777).toBe(0o755);
    expect(readdirSync(join(etc, "systemd/system"))).toEqual([
      "connect-auth.service",
      "connect-auth.service.d",
    ]);
    const sysusers = spawnSync("systemd-sysusers", [`--root=${place.path}`], { encoding: "utf8" });
    if (sysusers.error) console.log("Skipped: making the service's user, for want of systemd-sysusers.");
    else
      expect(readFileSync(join(etc, "passwd"), "utf8")).toMatch(
        /^connect-auth:.*:\/var\/lib\/connect-auth:/m,
      );
    place.remove();
  });

  it("has a first look that succeeds on a service that works", async () => {
    const place = temporaryDirectory();
    mkdirSync(join(place.path, "data"), { mode: 0o700 });
    const env = { DATA_DIR: join(place.path, "data"), ...FREE_AND_CHEAP };
    const server = await startServer(env);
    const look = commands.slice(commands.findIndex((command) => command.startsWith("curl")));
    expect(look).toEqual([
      expect.stringContaining("curl --fail "),
      "connect-auth doctor",
      "connect-auth config",
    ]);
    const curl = (look[0] as string).replace("localhost:5000", new URL(server.url).host);
    expect(execFileSync("sh", ["-c", `${curl} --silent`], { encoding: "utf8" })).toContain('"ready"');
    for (const command of look.slice(1)) {
      const { status, stdout } = await runCli(env, command.split(" ").slice(1));
      expect([status, stdout]).toEqual([0, expect.stringContaining(env.DATA_DIR)]);
    }
    await server.end("SIGINT");
    place.remove();
  });

  it.runIf(mongoServer)(
    "ends every session, kept ones too, as after a backup is restored on MongoDB",
    async () => {
      const MONGO_URI = freshDatabase();
      const env = { MONGO_URI, SECRET_KEY: "a secret of this test, of many bytes", ...FREE_AND_CHEAP };
      const server = await startServer(env);
      const me = async (token: string) => (await call(server.url, "GET /api/me", { token })).body.code;
      const one = await registered(server.url);
      const other = await registered(server.url);
      const kept = await call(server.url, "POST /api/logout/others", { token: other.access_token });
      expect(kept.status).toBe(200);
      expect([await me(one.access_token), await me(other.access_token)]).toEqual([undefined, undefined]);

      const [, script = ""] =
        /^```js\n(db\.users\.updateMany.*?)^```/ms.exec(read("docs/guides/mongodb.md")) ?? [];
      const client = await MongoClient.connect(MONGO_URI);
      await runInNewContext(script, { db: { users: client.db().collection("users") } });
      await client.close();

      expect([await me(one.access_token), await me(other.access_token)]).toEqual([
        "revoked_token",
        "revoked_token",
      ]);
      const refreshed = await call(server.url, "GET /api/token/refresh", { token: other.refresh_token });
      expect(refreshed.body.code).toBe("revoked_token");
      const again = await call(server.url, "POST /api/login", {
        json: { email: one.email, password: one.password },
      });
      expect(again.status).toBe(200);
      await server.end("SIGINT");
      await dropDatabase(MONGO_URI);
    },
  );
});
