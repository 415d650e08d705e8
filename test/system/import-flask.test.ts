import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ObjectId } from "mongodb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import { readConfig } from "../../src/composition/settings/config.ts";
import { openStorage } from "../../src/composition/wiring/storage.ts";
import type { User } from "../../src/domain/user.ts";
import { call } from "../support/api.ts";
import { startCli } from "../support/cli.ts";
import { contentsOf, fillFlaskDatabase, OLD_HASH } from "../support/flask.ts";
import { FREE_AND_CHEAP, startServer, temporaryDirectory } from "../support/server-process.ts";
import { sharedStorages } from "../support/storage-choices.ts";
import { dropDatabase, freshDatabase, mongoServer } from "../support/storage-mongodb.ts";

const REVOKED = "7d1f8c5e-9c1b-4c7e-9d5a-0123456789ab";
/** Names that a registration rejects today. */
const OLD_NAMES = ["Ada!", "аdа", "👩‍👩‍👧 family", "x@y"];

const oldUser = (username: unknown, email: unknown, more = {}) => ({
  _id: new ObjectId(),
  username,
  email,
  password: OLD_HASH,
  createdAt: new Date("2020-05-17T10:11:12.345Z"),
  ...more,
});

type Target = { readonly env: Record<string, string>; remove(): void | Promise<void> };

describe.skipIf(!mongoServer)("import flask", () => {
  let from: string;
  let report: ReturnType<typeof temporaryDirectory>;
  const targets: Target[] = [];
  beforeEach(() => {
    from = freshDatabase();
    report = temporaryDirectory();
  });
  afterEach(async () => {
    report.remove();
    for (const target of targets.splice(0)) await target.remove();
    await dropDatabase(from);
  });

  const choices = [
    ...sharedStorages.map(({ name, open }) => ({ name, open: () => open() as Target })),
    {
      name: "the old database itself",
      open: (): Target => ({
        env: { MONGO_URI: from, SECRET_KEY: "a secret that all processes of a test have" },
        remove: () => {},
      }),
    },
  ];

  function opened(open: () => Target) {
    const target = open();
    targets.push(target);
    return target.env;
  }

  const importing = (env: Record<string, string>, ...args: string[]) =>
    startCli({ FLASK_MONGO_URI: from, ...env }, ["import", "flask", ...args]);

  describe.each(choices)("into $name", ({ open }) => {
    it("imports the valid users, after a dry run, and they log in as before", async () => {
      const names = OLD_NAMES.map((name, n) => oldUser(name, `Old-${n}@Example.com`));
      const twins = [oldUser("twin", "twin-1@example.com"), oldUser("TWIN", "twin-2@example.com")];
      const broken = oldUser("broken", "broken@example.com", { password: "$2b$12$abc" });
      await fillFlaskDatabase(from, [...names, ...twins, broken], [{ jti: REVOKED }]);
      const env = opened(open);
      const before = { old: await contentsOf(from), next: await stateOf(env) };
      const counts = { found: 7, imported: 4, already_there: 0, removed_since: 0, left_out: 3 };
      const summary = {
        dry_run: false,
        users: counts,
        revoked_tokens: { found: 1, imported: 1, unusable: 0 },
      };

      const dry = await importing(env, "--dry-run", "--json").ended;
      expect([dry.status, JSON.parse(dry.stdout)]).toEqual([1, { ...summary, dry_run: true }]);
      expect({ old: await contentsOf(from), next: await stateOf(env) }).toStrictEqual(before);

      const file = join(report.path, "report.json");
      const real = await importing(env, "--report", file).ended;
      expect(real.status).toBe(1);
      const said = readFileSync(file, "utf8");
      expect(JSON.parse(said)).toEqual({
        left_out: [...twins, broken].map(({ _id, username, email }, n) => ({
          id: String(_id),
          username,
          email,
          reasons: [n < 2 ? "username_duplicate" : "password_hash_refused"],
        })),
        summary,
      });
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(real.stdout).toContain("users: 7 found, 4 imported");
      for (const { _id } of [...twins, broken]) expect(real.stdout).toContain(`left out  "${_id}"`);
      for (const output of [said, real.stdout, real.stderr]) expect(output).not.toMatch(/pbkdf2|\$2b/);
      const { user, j_w_t_blacklist } = await contentsOf(from);
      expect({ user, j_w_t_blacklist }).toStrictEqual(before.old);

      const server = await startServer({ ...FREE_AND_CHEAP, ...env });
      try {
        for (const { _id, username, email } of names) {
          for (const who of [{ username }, { email }]) {
            const json = { ...who, password: "password" };
            expect((await call(server.url, "POST /api/login", { json })).status).toBe(200);
          }
          const wrong = { username, password: "passwort" };
          expect((await call(server.url, "POST /api/login", { json: wrong })).status).toBe(401);
          await withStorage(env, async ({ users }) => {
            const stored = await users.findById(String(_id));
            expect(stored?.passwordHash).toMatch(/^\$argon2id\$/);
            expect(stored?.createdAt).toEqual(new Date("2020-05-17T10:11:12.345Z"));
          });
        }
      } finally {
        await server.end();
      }
      await withStorage(env, async ({ revocations }) => {
        const inThirtyDays = new Date(Date.now() + 30 * 86_400_000);
        expect(await revocations.find([`jti:${REVOKED}`], inThirtyDays)).toEqual(new Set([`jti:${REVOKED}`]));
      });
    }, 60_000);

    it("killed on the way and run again comes to the same end", async () => {
      const users = Array.from({ length: 8_000 }, (_, n) => oldUser(`user ${n}`, `user-${n}@example.com`));
      await fillFlaskDatabase(from, users, [{ jti: REVOKED }]);
      const env = opened(open);
      const run = importing(env);
      let said = "";
      await new Promise<void>((resolve) => {
        run.child.stderr?.on("data", (chunk) => {
          said += chunk;
          if (said.includes("users: 500 of 8000")) resolve();
        });
      });
      run.child.kill("SIGKILL");
      expect((await run.ended).status).toBe("SIGKILL");
      const halfway = (await usersIn(env)).length;
      expect(halfway).toBeGreaterThanOrEqual(500);
      expect(halfway).toBeLessThan(8_000);

      const again = await importing(env, "--json").ended;
      expect([again.status, JSON.parse(again.stdout).users]).toEqual([
        0,
        { found: 8_000, imported: 8_000 - halfway, already_there: halfway, removed_since: 0, left_out: 0 },
      ]);
      const [first] = sharedStorages;
      const whole = opened(() => (first as (typeof sharedStorages)[number]).open());
      await importing(whole).ended;
      expect(await usersIn(env)).toStrictEqual(await usersIn(whole));
    }, 60_000);

    it("beside a running server: users can log in at once, and removed ones stay away", async () => {
      await fillFlaskDatabase(from, [oldUser("Ada!", "ada@example.com")]);
      // the import needs the settings of the server
      const env = { ...FREE_AND_CHEAP, ...opened(open) };
      const server = await startServer(env);
      try {
        expect((await importing(env).ended).status).toBe(0);
        const json = { username: "ada!", password: "password" };
        const { status, body } = await call(server.url, "POST /api/login", { json });
        expect(status).toBe(200);
        const deleting = { token: body.access_token, json: { password: "password" } };
        expect((await call(server.url, "DELETE /api/me", deleting)).status).toBe(204);
        const again = await importing(env, "--json").ended;
        expect([again.status, JSON.parse(again.stdout).users]).toMatchObject([
          0,
          { imported: 0, removed_since: 1 },
        ]);
        expect((await call(server.url, "POST /api/login", { json })).status).toBe(401);
      } finally {
        await server.end();
      }
    });
  });

  it("into memory says what it would come to", async () => {
    await fillFlaskDatabase(from, [oldUser("Ada", "ada@example.com")]);
    const { status, stdout: out } = await importing({ STORAGE: "memory" }, "--json").ended;
    expect([status, JSON.parse(out).users.imported]).toEqual([0, 1]);
  });

  it("lets the oldest in if told so", async () => {
    const young = oldUser("Ada", "ada@example.com");
    const old = oldUser("ada", "another@example.com", { createdAt: new Date(0) });
    await fillFlaskDatabase(from, [young, old]);
    const env = opened(choices[0]?.open as () => Target);
    const { status, stdout: out } = await importing(env, "--on-conflict", "oldest").ended;
    expect(status).toBe(1);
    expect(out).toContain(`left out  "${young._id}"  "ada@example.com"  "Ada"  username_duplicate`);
    expect((await usersIn(env)).map(({ id }) => id)).toEqual([String(old._id)]);
  });

  it("shows nothing of an old name to the terminal but its letters", async () => {
    await fillFlaskDatabase(from, [oldUser("\u001b[31m\u009b\u202e", "no address")]);
    const { stdout: out } = await importing({ STORAGE: "memory" }).ended;
    expect(out).toContain('"no address"  "\\u001b[31m\\u{9b}\\u{202e}"');
  });

  it("refuses a password on the command line, and does not repeat it", async () => {
    const args = ["import", "flask", "--from", "mongodb://user:s3cret@127.0.0.1/old"];
    const run = startCli({ STORAGE: "memory" }, args);
    const { status, stdout, stderr } = await run.ended;
    expect([status, stdout]).toEqual([78, ""]);
    expect(stderr).toContain("FLASK_MONGO_URI_FILE");
    expect(stderr).not.toContain("s3cret");
  });

  it.each([
    ["no old database", [], {}, 78, /--from or FLASK_MONGO_URI/],
    ["an empty one", ["--from", "FRESH"], {}, 1, /no accounts and no revoked tokens/],
    ["a URI that is none", ["--from", "localhost"], {}, 1, /not a MongoDB URI/],
    ["a rule that is none", ["--on-conflict", "newest"], {}, 2, /Allowed choices are skip, oldest/],
  ] as const)("refuses %s", async (_, args, env, expected, reason) => {
    const known = args.map((arg) => (arg === "FRESH" ? from : arg));
    const { ended } = startCli({ STORAGE: "memory", ...env }, ["import", "flask", ...known]);
    const { status, stderr } = await ended;
    expect(status).toBe(expected);
    expect(stderr).toMatch(reason);
  });

  it("is named by a server that starts on the old database and has no users, and by no other", async () => {
    const MENTION = /warning: .*connect-auth import flask/;
    const env = {
      ...FREE_AND_CHEAP,
      MONGO_URI: from,
      SECRET_KEY: "a secret that all processes of a test have",
    };
    const outputOf = async () => {
      const server = await startServer(env);
      await server.end();
      return server.output();
    };
    expect(await outputOf()).not.toMatch(MENTION);
    await fillFlaskDatabase(from, [oldUser("Ada", "ada@example.com")]);
    expect(await outputOf()).toMatch(MENTION);
    await importing(env).ended;
    expect(await outputOf()).not.toMatch(MENTION);
  });
});

/** The state that a dry run must not change. */
async function stateOf({ DATA_DIR, MONGO_URI }: Record<string, string>) {
  if (MONGO_URI !== undefined) return contentsOf(MONGO_URI);
  return DATA_DIR !== undefined && existsSync(DATA_DIR) ? readdirSync(DATA_DIR) : [];
}

async function withStorage<T>(
  env: Record<string, string>,
  work: (storage: Storage) => Promise<T>,
): Promise<T> {
  const { storage } = await openStorage(readConfig(env));
  try {
    return await work(storage);
  } finally {
    await storage.close();
  }
}

const usersIn = (env: Record<string, string>): Promise<User[]> =>
  withStorage(env, ({ users }) => users.list(undefined, 10_000));
