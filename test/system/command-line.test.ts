import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, registered, someone } from "../support/api.ts";
import { type CliAnswer, hasTerminals, runCli, runOnTerminal } from "../support/cli.ts";
import { FREE_AND_CHEAP, startServer, temporaryDirectory } from "../support/server-process.ts";
import { sharedStorages } from "../support/storage-choices.ts";
import { startTwoServers, type TwoServers } from "../support/two-servers.ts";

/** Accounts and sessions by the command line, beside running servers. */
describe.each(sharedStorages)("the command line on $name", (storage) => {
  let servers: TwoServers;
  beforeAll(async () => {
    servers = await startTwoServers(storage, { REGISTRATION: "open" });
  });
  afterAll(() => servers.end());

  const cli = (args: string[], input?: string) => runCli(servers.env, args, input);
  const json = async (args: string[], input?: string) => JSON.parse((await done(cli(args, input))).stdout);
  const status = async (request: string, token: string, index = 0) => {
    const { status, body } = await call(servers.urls[index] as string, request, { token });
    return [status, body.code];
  };
  const login = (person: { email: string; password: string }, password = person.password) =>
    call(servers.urls[0], "POST /api/login", { json: { email: person.email, password } });

  it("disables and enables: tokens are dead at once on every server, and a login works again", async () => {
    const person = await registered(servers.urls[0]);
    expect(await status("GET /api/me", person.access_token, 1)).toEqual([200, undefined]);
    const disabled = await json(["user", "disable", person.username, "--json"]);
    expect(disabled).toMatchObject({ email: person.email, disabled: true, changed: true, sessions_ended: 1 });
    for (const index of [0, 1]) {
      expect(await status("GET /api/me", person.access_token, index)).toEqual([401, "revoked_token"]);
      expect(await status("GET /api/token/refresh", person.refresh_token, index)).toEqual([
        401,
        "revoked_token",
      ]);
    }
    expect((await login(person)).status).toBe(401);
    expect(await json(["user", "disable", disabled.id, "--json"])).toMatchObject({ changed: false });
    expect((await done(cli(["user", "enable", person.email]))).stdout).toContain("is enabled");
    expect((await login(person)).status).toBe(200);
    expect(await status("GET /api/me", person.access_token)).toEqual([401, "revoked_token"]);
  });

  it("sets a password from standard input, and ends every session", async () => {
    const person = await registered(servers.urls[0]);
    const next = "ein längeres Passwort";
    const set = await done(cli(["user", "set-password", person.email, "--password-stdin"], `${next}\n`));
    expect(set.stdout).toContain("1 session ended");
    expect(set.stdout + set.stderr).not.toContain(next);
    expect(await status("GET /api/me", person.access_token)).toEqual([401, "revoked_token"]);
    expect((await login(person)).status).toBe(401);
    expect((await login(person, next)).status).toBe(200);
  });

  it("creates an account that can log in", async () => {
    const { username, email, password } = someone();
    const args = ["user", "create", "--username", username, "--email", email, "--password-stdin", "--json"];
    const created = await json(args, password);
    expect(created).toEqual({
      id: expect.any(String),
      username,
      email,
      created_at: expect.stringMatching(/Z$/),
      verified: false,
      disabled: false,
    });
    expect((await login({ email, password })).status).toBe(200);
    expect(await cli(args, password)).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringContaining("username_taken"),
    });
    const listed = (await done(cli(["user", "list", "--json"]))).stdout.trim().split("\n");
    expect(listed.map((line) => JSON.parse(line))).toContainEqual(created);
    expect(await json(["user", "show", username, "--json"])).toEqual({
      ...created,
      last_login: expect.stringMatching(/Z$/),
      sessions: 1,
    });
  });

  it("verifies an address, unlocks, and lists by both and by age", async () => {
    const { username, email, password } = someone();
    const args = ["--username", username, "--email", email, "--password-stdin", "--json"];
    const created = await json(["user", "create", ...args], password);
    const shown = async (...options: string[]) =>
      (await done(cli(["user", "list", "--json", ...options]))).stdout.includes(created.id);
    expect(await json(["user", "verify", username, "--json"])).toEqual({
      ...created,
      verified: true,
      changed: true,
    });
    expect(await json(["user", "verify", username, "--json"])).toMatchObject({ changed: false });
    expect(await json(["user", "unlock", username, "--json"])).toEqual({
      ...created,
      verified: true,
      unlocked: true,
    });
    expect(
      await Promise.all([shown(), shown("--verified"), shown("--no-disabled", "--created-since", "1h")]),
    ).toEqual([true, true, true]);
    expect(
      await Promise.all([shown("--no-verified"), shown("--disabled"), shown("--created-until", "1h")]),
    ).toEqual([false, false, false]);
  }, 60_000);

  it("lists sessions and ends one", async () => {
    const person = await registered(servers.urls[0]);
    const headers = { "user-agent": "other/1.0 \u009b31m" };
    const { username, password } = person;
    const other = await call(servers.urls[1], "POST /api/login", { json: { username, password }, headers });
    const raw = (await done(cli(["session", "list", username, "--json"]))).stdout;
    const [second, first, ...more] = JSON.parse(raw);
    expect(more).toEqual([]);
    expect(second.user_agent).toMatch(/^other/);
    const forPeople = (await done(cli(["session", "list", username]))).stdout;
    for (const text of [raw, forPeople]) expect(text).not.toContain("\u009b");
    expect(await json(["session", "end", second.id, "--json"])).toMatchObject({ id: second.id, ended: true });
    for (const index of [0, 1]) {
      expect(await status("GET /api/me", other.body.access_token, index)).toEqual([401, "revoked_token"]);
      expect((await status("GET /api/me", person.access_token, index))[0]).toBe(200);
    }
    const left = (await done(cli(["session", "list", username]))).stdout;
    expect(left).toContain(first.id);
    expect(left).not.toContain(second.id);
    expect((await cli(["session", "end", second.id])).status).toBe(1);
  });

  it("deletes, but without a terminal only when told so", async () => {
    const person = await registered(servers.urls[0]);
    expect(await cli(["user", "delete", person.email])).toMatchObject({ status: 2, stdout: "" });
    expect(await status("GET /api/me", person.access_token)).toEqual([200, undefined]);
    expect(await json(["user", "delete", person.email, "--yes", "--json"])).toMatchObject({ deleted: true });
    expect(await status("GET /api/me", person.access_token, 1)).toEqual([401, "revoked_token"]);
    expect((await login(person)).status).toBe(401);
    expect(await cli(["user", "delete", person.email, "--yes"])).toMatchObject({ status: 1, stdout: "" });
  });

  it("needs neither registration to be open nor a limit to be free", async () => {
    const { username, email, password } = someone();
    const env = { ...servers.env, REGISTRATION: "closed", LOGIN_THROTTLE: "on", THROTTLE_REGISTRATION: "1" };
    for (const each of ["a", "b"]) {
      const args = ["--username", each + username, "--email", each + email, "--password-stdin"];
      await done(runCli(env, ["user", "create", ...args], password));
    }
  });
});

describe("the command line", () => {
  const directory = temporaryDirectory();
  afterAll(directory.remove);
  const env = { DATA_DIR: directory.path, ...FREE_AND_CHEAP };
  // only a service creates a store
  beforeAll(async () => void (await (await startServer(env)).end()));
  const cli = (args: string[], input?: string) => runCli(env, args, input);
  const create = ["user", "create", "--username", "Ada", "--email", "ada@example.com"];

  it.each([
    [["no-such-command"]],
    [["user"]],
    [["user", "show"]],
    [["user", "show", "ada", "bob"]],
    [["user", "show", "ada", "--no-such-option"]],
    [["user", "create", "--username", "Ada", "--password-stdin"]],
    [create],
    [["user", "set-password", "ada"]],
  ])("refuses %j with status 2, and says so on standard error", async (args) => {
    expect(await cli(args, "correct horse")).toEqual({
      status: 2,
      stdout: "",
      stderr: expect.stringMatching(/./),
    });
  });

  it("says how to give a password where there is no terminal", async () => {
    expect((await cli(create)).stderr).toContain("--password-stdin");
  });

  it("repeats no secret that was typed where none may be", async () => {
    for (const args of [
      ["--password=hunter2 ="],
      ["user", "set-password", "ada", "-phunter2"],
      ["hunter2"],
    ]) {
      const { stdout, stderr, status } = await cli(args);
      expect([status, stdout]).toEqual([2, ""]);
      expect(stderr).not.toContain("hunter2");
    }
  });

  it.each([
    ["too short", "short", /at least 8 characters/],
    ["too long", "x".repeat(100_000), /at most 1024 bytes/],
    ["nothing", "", /at least 8 characters/],
  ])("refuses a password that is %s with status 1 and without repeating it", async (_, password, reason) => {
    const { status, stdout, stderr } = await cli([...create, "--password-stdin"], password);
    expect([status, stdout, stderr]).toEqual([1, "", expect.stringMatching(reason)]);
    if (password) expect(stderr).not.toContain(password);
  });

  it("does not take what is not there for done", async () => {
    for (const args of [
      ["user", "show", "eve"],
      ["user", "enable", "eve"],
      ["session", "list", "eve"],
    ]) {
      expect(await cli(args)).toMatchObject({
        status: 1,
        stdout: "",
        stderr: expect.stringMatching(/no such/),
      });
    }
  });

  it("says with status 78 that the configuration cannot be used", async () => {
    const { status, stdout } = await runCli({ ...env, PORT: "x" }, ["user", "list"]);
    expect([status, stdout]).toEqual([78, ""]);
  });

  it("paints nothing where there is no terminal", async () => {
    for (const args of [["--help"], ["user", "--help"], ["user", "list"], ["no-such-command"]]) {
      const { stdout, stderr } = await cli(args);
      expect(stdout + stderr).not.toContain("\u001b");
    }
  });

  if (!hasTerminals)
    console.log("Skipped: passwords and questions on a terminal, for want of util-linux's script");
  describe.skipIf(!hasTerminals)("on a terminal", () => {
    const onTerminal = (args: string[], ...dialogue: [string, string][]) =>
      runOnTerminal(env, args, dialogue);
    const twice = (first: string, second = first): [string, string][] => [
      ["New password: ", `${first}\r`],
      ["The same again: ", `${second}\r`],
    ];

    it("asks for a password twice and shows nothing of it", async () => {
      const asked = await onTerminal(create, ...twice("correct horse"));
      expect([asked.status, asked.stdout]).toEqual([0, expect.stringContaining("Ada has the account")]);
      expect(asked.stdout).not.toContain("horse");
      const set = await onTerminal(
        ["user", "set-password", "ada"],
        ["New password: ", "a b c d e\ra b c d e\r"],
      );
      expect([set.status, set.stdout]).toEqual([0, expect.stringContaining("has a new password")]);
      expect(set.stdout).not.toContain("a b c");
    });

    it("takes neither two passwords that differ, nor none, nor one that would be seen", async () => {
      const setPassword = ["user", "set-password", "ada"];
      const differ = await onTerminal(setPassword, ...twice("correct horse", "correct mare"));
      expect([differ.status, differ.stdout]).toEqual([2, expect.stringContaining("not the same")]);
      const left = await onTerminal(setPassword, ["New password: ", "\u0003"]);
      expect([left.status, left.stdout]).toEqual([2, expect.stringContaining("no password was given")]);
      const seen = await onTerminal([...setPassword, "--password-stdin"]);
      expect([seen.status, seen.stdout]).toEqual([2, expect.stringContaining("is a terminal")]);
    });

    it("asks before it deletes", async () => {
      const kept = await onTerminal(["user", "delete", "ada"], ["Type yes: ", "y\r"]);
      expect([kept.status, kept.stdout]).toEqual([1, expect.stringContaining("Not deleted")]);
      const left = await onTerminal(["user", "delete", "ada"], ["Type yes: ", "\u0004"]);
      expect(left.status).toBe(1);
      expect((await cli(["user", "show", "ada"])).status).toBe(0);
      const deleted = await onTerminal(
        ["user", "delete", "ada"],
        ["Ada <ada@example.com>", ""],
        ["Type yes: ", "yes\r"],
      );
      expect([deleted.status, deleted.stdout]).toEqual([0, expect.stringContaining("is deleted")]);
      expect((await cli(["user", "show", "ada"])).status).toBe(1);
    });
  });
});

async function done(running: Promise<CliAnswer>): Promise<CliAnswer> {
  const answer = await running;
  expect([answer.status, answer.stderr]).toEqual([0, ""]);
  return answer;
}
