import { afterEach, describe, expect, it } from "vitest";
import { call, registered } from "../support/api.ts";
import { runCli } from "../support/cli.ts";
import { logged } from "../support/log-lines.ts";
import { FREE_AND_CHEAP, type ServerProcess, startServer } from "../support/server-process.ts";
import { sharedStorages } from "../support/storage-choices.ts";

type Entry = { kind: string; user_id: string | null; facts: Record<string, unknown> };

/** Too many for the trail to hold all of them by the last answer. */
const BURST = 300;

describe.each(sharedStorages)("the audit trail on $name", ({ open }) => {
  const { env: own, remove } = open();
  const env = { ...own, ...FREE_AND_CHEAP, HASH_QUEUE: "2000", SHUTDOWN_GRACE: "0s" };
  let running: ServerProcess | undefined;
  afterEach(async () => {
    await running?.end("SIGKILL");
    await remove();
  });

  async function events(...args: string[]): Promise<Entry[]> {
    const { status, stdout, stderr } = await runCli(env, ["events", "--json", ...args]);
    expect([status, stderr]).toEqual([0, ""]);
    return stdout.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
  }

  it("has all that the log tells, of a burst that ends as the service is told to stop, and what operators did", async () => {
    const server = await startServer({ ...env, REFRESH_ROTATION: "true", REFRESH_GRACE: "1s" });
    running = server;
    const person = await registered(server.url);
    const { email, username } = person;
    const refresh = (token: string) => call(server.url, "GET /api/token/refresh", { token });
    const login = (password: string) =>
      call(server.url, "POST /api/login", {
        json: { email, password },
        headers: { "x-request-id": "burst" },
      });
    const rotated = await refresh(person.refresh_token);
    await refresh(rotated.body.refresh_token);
    // older than the one before the newest: stolen
    expect((await refresh(person.refresh_token)).status).toBe(401);
    expect((await login(person.password)).status).toBe(200);
    const burst = Array.from({ length: BURST }, (_, index) =>
      login(index % 2 ? "wrong horse" : person.password),
    );
    await Promise.all(burst);
    expect(await server.end()).toBe(0);

    const found = await events("--limit", "100000");
    const reported = logged(server).filter(({ event }) => event !== undefined);
    const perKind = (counts: (readonly [kind: string, count: number])[]) => {
      const sums: Record<string, number> = {};
      for (const [kind, count] of counts) sums[kind] = (sums[kind] ?? 0) + count;
      return sums;
    };
    // repeated events are merged and counted
    const counted = perKind(found.map(({ kind, facts }) => [kind, Number(facts.count ?? 1)]));
    expect(counted).toEqual(perKind(reported.map(({ event }) => [String(event), 1])));
    const requests = new Set(reported.map(({ requestId }) => requestId));
    expect(found.filter(({ facts }) => !requests.has(facts.request_id as string))).toEqual([]);
    expect(found.length).toBeLessThan(60);
    expect(counted).toMatchObject({
      signing_key_made: 1,
      user_registered: 1,
      token_refreshed: 2,
      refresh_token_reused: 1,
      login_succeeded: BURST / 2 + 1,
      login_failed: BURST / 2,
    });

    const failed = await events("--user", email, "--kind", "login_failed", "--since", "1h", "--limit", "3");
    expect(failed).toHaveLength(3);
    const facts = { reason: "wrong_password", request_id: "burst", ip: "127.0.0.1" };
    expect(failed.map((entry) => entry.facts)).toEqual([{ ...facts, count: BURST / 2 - 10 }, facts, facts]);
    expect(await events("--until", "1h")).toEqual([]);

    expect((await runCli(env, ["user", "disable", username])).status).toBe(0);
    expect((await runCli(env, ["user", "delete", username, "--yes"])).status).toBe(0);
    expect((await runCli(env, ["export", "json", "--without-keys"])).status).toBe(0);
    const operator = { via: "command_line", operator: expect.stringMatching(/./) };
    const userId = failed[0]?.user_id;
    expect(await events("--limit", "3")).toEqual([
      expect.objectContaining({
        kind: "data_exported",
        user_id: null,
        facts: { users: 0, keys: false, ...operator },
      }),
      expect.objectContaining({
        kind: "account_deleted",
        user_id: userId,
        facts: { by: "operator", ...operator },
      }),
      expect.objectContaining({ kind: "user_disabled", user_id: userId, facts: operator }),
    ]);
    // events outlive the account, under its id
    expect((await events("--user", String(userId), "--limit", "1"))[0]?.kind).toBe("account_deleted");
    expect((await runCli(env, ["events", "--user", username])).status).toBe(1);
    expect(JSON.stringify(await events("--limit", "100000"))).not.toContain(person.password);
    // starts a dozen processes, one after the other
  }, 90_000);
});

describe("connect-auth events", () => {
  const cli = (...args: string[]) => runCli({ STORAGE: "memory" }, ["events", ...args]);

  it("refuses a kind that there is none of, and names those that there are", async () => {
    const { status, stdout, stderr } = await cli("--kind", "login_failed", "bogus");
    expect([status, stdout, stderr]).toEqual([2, "", expect.stringContaining("login_succeeded")]);
    expect(stderr).not.toContain("bogus");
  });

  it.each([
    ["--since", "yesterday"],
    ["--since", "2026-01-31 08:00"],
    ["--since", "2026-01-31T08:00:00"],
    ["--until", "2026-02-31T99:00:00Z"],
    ["--until", "24"],
    ["--limit", "0"],
    ["--limit", "-1"],
    ["--limit", "many"],
  ])("refuses %s %s with status 2", async (option, value) => {
    const { status, stdout } = await cli(`${option}=${value}`);
    expect([status, stdout]).toEqual([2, ""]);
  });

  it.each(["2026-01-31", "2026-01-31T08:00:00Z", "2026-01-31T08:00:00.5+02:00", "90d"])(
    "takes --since %s",
    async (value) => {
      // an invalid option would be reported first, with status 2
      expect(await cli("--since", value)).toMatchObject({
        status: 78,
        stderr: expect.stringContaining("STORAGE=memory keeps all data"),
      });
    },
  );
});
