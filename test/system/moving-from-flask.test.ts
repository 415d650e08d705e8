import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { MongoClient } from "mongodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, callOther } from "../support/api.ts";
import { startOldServer } from "../support/flask/old-server.ts";
import { hasPython } from "../support/python.ts";
import {
  FREE_AND_CHEAP,
  MAIN,
  type ServerProcess,
  startServer,
  temporaryDirectory,
} from "../support/server-process.ts";
import { sharedStorages } from "../support/storage-choices.ts";
import { dropDatabase, freshDatabase, mongoServer } from "../support/storage-mongodb.ts";

const GUIDE = readFileSync(new URL("../../docs/moving-from-flask.md", import.meta.url), "utf8");
const COMMANDS = Array.from(GUIDE.matchAll(/^```sh\n(.*?)^```/gms), ([, commands]) => commands as string);

const JWT_SECRET_KEY = "the secret that the app's services share";
const people = ["ada", "bob", "eve"].map((username) => ({
  username,
  email: `${username}@example.com`,
  password: `the password of ${username}`,
}));
const [ada, bob, eve] = people as [Person, Person, Person];
type Person = (typeof people)[number];
interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

/**
 * The guide, line by line: the original stack fills a database and is stopped, the guide's commands are run verbatim,
 * and the front end's calls go on.
 */
describe.skipIf(!mongoServer || !hasPython("flask-jwt-3"))("docs/moving-from-flask.md", () => {
  describe.each(sharedStorages)("to $name", ({ open }) => {
    const from = freshDatabase();
    const home = temporaryDirectory();
    const storage = open();
    const tokens: Record<string, Tokens> = {};
    let server: ServerProcess;

    const refresh = (token: string) => call(server.url, "POST /api/token/refresh", { token });
    const me = (token: string) => call(server.url, "GET /api/me", { token });
    const login = ({ email, password }: Person) =>
      call(server.url, "POST /api/login", { json: { email, password } });

    /** Runs commands of the guide in a shell. Resolves to their exit status. */
    async function follow(commands: string): Promise<number> {
      writeFileSync(
        join(home.path, "connect-auth"),
        `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`,
        {
          mode: 0o755,
        },
      );
      const env = {
        PATH: `${home.path}:${process.env.PATH}`,
        OLD_JWT_SECRET_KEY: JWT_SECRET_KEY,
        OLD_MONGO_URI: from,
        ...FREE_AND_CHEAP,
        ...storage.env,
      };
      return promisify(execFile)("bash", ["-euc", commands], { cwd: home.path, env }).then(
        () => 0,
        ({ code }: { code: number }) => code,
      );
    }

    beforeAll(async () => {
      const old = await startOldServer(from, JWT_SECRET_KEY);
      for (const person of people) {
        tokens[person.username] = (await callOther(old.url, "POST /api/register", { json: person })).body;
      }
      await callOther(old.url, "POST /api/logout/access", { token: tokens.bob?.access_token ?? "" });
      await callOther(old.url, "POST /api/logout/refresh", { token: tokens.bob?.refresh_token ?? "" });
      const client = new MongoClient(from);
      // possible only in a database without unique indexes
      await client
        .db()
        .collection("user")
        .insertOne({ ...eve, email: "EVE@example.com", createdAt: new Date() });
      await client.close();
      await old.end();
    }, 60_000);
    afterAll(async () => {
      await server?.end();
      home.remove();
      await storage.remove();
      await dropDatabase(from);
    });

    it("has the commands that are followed here", () => {
      expect(COMMANDS).toHaveLength(4);
    });

    it("writes the settings, makes a dry run, and imports, leaving out invalid users", async () => {
      const [settings = "", look = "", bringIn = ""] = COMMANDS;
      expect(await follow(settings)).toBe(0);
      expect(await follow(look)).toBe(1);
      const report = () => JSON.parse(readFileSync(join(home.path, "left-out.json"), "utf8"));
      const seen = report();
      expect(await follow(bringIn)).toBe(1);
      expect(JSON.stringify(seen)).toContain("email_duplicate");
      expect(report().left_out).toEqual(seen.left_out);
    });

    it("starts, and nobody is signed out or needs a new password", async () => {
      const [, , , serve = ""] = COMMANDS;
      expect(serve.trim()).toBe("connect-auth serve");
      server = await startServer({ ...FREE_AND_CHEAP, ...storage.env }, home.path);

      const { access_token, refresh_token } = tokens.ada as Tokens;
      expect(await me(access_token)).toMatchObject({ status: 200, body: { email: ada.email } });
      const refreshed = await refresh(refresh_token);
      expect(refreshed).toMatchObject({ status: 200, body: { username: "ada" } });
      expect(await me(refreshed.body.access_token)).toMatchObject({ status: 200 });
      expect(await refresh(refresh_token)).toMatchObject({ status: 200 });
      for (const person of [ada, bob]) {
        expect(await login(person)).toMatchObject({
          status: 200,
          body: { message: `Logged in as ${person.email}` },
        });
        expect(await login({ ...person, password: "another" })).toMatchObject({ status: 401 });
      }
      expect(await login(eve)).toMatchObject({ status: 401 });
    });

    it("keeps revoked what was revoked, and revokes what is logged out here", async () => {
      const revoked = { status: 401, body: { code: "revoked_token" } };
      expect(await me(tokens.bob?.access_token ?? "")).toMatchObject(revoked);
      expect(await refresh(tokens.bob?.refresh_token ?? "")).toMatchObject(revoked);
      const { access_token, refresh_token } = tokens.ada as Tokens;
      await call(server.url, "POST /api/logout/access", { token: access_token });
      await call(server.url, "POST /api/logout/refresh", { token: refresh_token });
      expect(await me(access_token)).toMatchObject(revoked);
      expect(await refresh(refresh_token)).toMatchObject(revoked);
    });

    it("has replaced each hash by which a user has logged in", async () => {
      const [, , bringIn = ""] = COMMANDS;
      expect(await follow(bringIn)).toBe(1);
      const export_ = "connect-auth export json all.jsonl --without-keys --force";
      expect(await follow(export_)).toBe(0);
      const users = readFileSync(join(home.path, "all.jsonl"), "utf8")
        .split("\n")
        .filter((line) => line.includes("passwordHash"));
      expect(users).toHaveLength(2);
      for (const user of users) expect(user).toContain("$argon2id$");
    });
  });
});
