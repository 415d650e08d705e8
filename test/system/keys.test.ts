import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { decodeProtectedHeader } from "jose";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { call, registered } from "../support/api.ts";
import { MAIN } from "../support/server-process.ts";
import { sharedStorages } from "../support/storage-choices.ts";
import { startTwoServers, type TwoServers } from "../support/two-servers.ts";

/** The time for a single step on a busy machine. */
const PATIENT = { timeout: 40_000 };
vi.setConfig({ testTimeout: 120_000 });

/** The command line beside two running servers that are under load. */
describe.each(sharedStorages)("keys on $name", (storage) => {
  let servers: TwoServers;
  beforeAll(async () => {
    servers = await startTwoServers(storage, {
      JWKS_MAX_AGE: "1s",
      KEY_PUBLISH_AHEAD: "0s",
      // longer than a call takes on a busy machine
      ACCESS_TOKEN_TTL: "60s",
      REFRESH_TOKEN_TTL: "1h",
    });
  });
  afterAll(() => servers.end());

  const cli = async (...args: string[]) => {
    const env = { PATH: process.env.PATH ?? "", ...servers.env };
    return (await promisify(execFile)(process.execPath, [MAIN, ...args], { env })).stdout.trim();
  };
  const listed = async (): Promise<{ kid: string; state: string }[]> =>
    JSON.parse(await cli("keys", "list", "--json"));
  const kidOf = (token: string) => decodeProtectedHeader(token).kid;

  /** Clients that refresh on one process and check on the other, until told to stop. */
  function load() {
    let isOver = false;
    const uses: { kid: string | undefined; status: number; at: number }[] = [];
    const client = async (index: number) => {
      const { refresh_token: token } = await registered(servers.urls[index % 2] as string);
      while (!isOver) {
        const { body } = await call(servers.urls[index % 2] as string, "GET /api/token/refresh", { token });
        const at = Date.now();
        const { status } = await call(servers.urls[(index + 1) % 2] as string, "GET /api/me", {
          token: body.access_token,
        });
        uses.push({ kid: kidOf(body.access_token), status, at });
      }
    };
    const clients = Promise.all(Array.from({ length: 4 }, (_, index) => client(index)));
    const stop = async () => {
      isOver = true;
      await clients;
    };
    return { uses, stop };
  }

  it("rotate under load without one valid token being refused", async () => {
    const { uses, stop } = load();
    const [first] = await listed();
    const { kid } = JSON.parse(await cli("keys", "rotate", "--json"));
    for (const url of servers.urls) {
      await expect
        .poll(
          async () =>
            (await call(url, "GET /.well-known/jwks.json")).body.keys.map((key: { kid: string }) => key.kid),
          PATIENT,
        )
        .toEqual([first?.kid, kid]);
    }
    await expect
      .poll(async () => (await listed()).map(({ state }) => state), PATIENT)
      .toEqual(["verifying", "signing"]);
    // both processes sign with it, and both check tokens of both keys
    const first50 = uses.length + 50;
    await expect
      .poll(() => uses.slice(first50).filter((use) => use.kid === kid).length, PATIENT)
      .toBeGreaterThan(8);
    await stop();
    expect(new Set(uses.map((use) => use.kid))).toEqual(new Set([first?.kid, kid]));
    expect(uses.filter(({ status }) => status !== 200)).toEqual([]);
    expect(uses.length).toBeGreaterThan(50);
  });

  it("rotate at once under load without one valid token being refused here, and warn of verifiers elsewhere", async () => {
    const { uses, stop } = load();
    const env = { PATH: process.env.PATH ?? "", ...servers.env };
    const rotate = [MAIN, "keys", "rotate", "--now", "--json"];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, rotate, { env });
    expect(stderr).toMatch(/^Warning: verifiers that cache the key/);
    const { kid } = JSON.parse(stdout);
    await expect.poll(() => uses.filter((use) => use.kid === kid).length, PATIENT).toBeGreaterThan(8);
    await stop();
    expect(uses.filter(({ status }) => status !== 200)).toEqual([]);
    expect((await listed()).find((key) => key.kid === kid)?.state).toBe("signing");
  });

  it("retire under load: from then on nothing of that key is accepted, and another key signs", async () => {
    const { uses, stop } = load();
    const person = await registered(servers.urls[0]);
    const kid = kidOf(person.access_token) ?? "";
    await expect.poll(() => uses.length, PATIENT).toBeGreaterThan(8);
    await cli("keys", "retire", "--", kid);
    const acknowledged = Date.now();
    for (const url of servers.urls) {
      const { status, body } = await call(url, "GET /api/me", { token: person.access_token });
      expect([status, body.code]).toEqual([401, "invalid_token"]);
    }
    const acceptedSince = () => uses.filter(({ at, status }) => at > acknowledged && status === 200);
    await expect.poll(() => acceptedSince().length, PATIENT).toBeGreaterThan(20);
    // a process signs with the retired key until it has read the ring again; such tokens are refused
    for (const url of servers.urls) {
      const refreshed = () => call(url, "GET /api/token/refresh", { token: person.refresh_token });
      await expect.poll(async () => kidOf((await refreshed()).body.access_token), PATIENT).not.toBe(kid);
    }
    const seen = uses.length + 4;
    await expect.poll(() => uses.length, PATIENT).toBeGreaterThan(seen);
    await stop();
    const accepted = acceptedSince();
    expect(accepted.map((use) => use.kid)).not.toContain(kid);
    expect(uses.filter((use) => use.kid !== kid && use.status !== 200)).toEqual([]);
    expect(uses.at(-1)?.status).toBe(200);
    const { refresh_token: token } = person;
    const healed = await call(servers.urls[1], "GET /api/token/refresh", { token });
    expect((await call(servers.urls[0], "GET /api/me", { token: healed.body.access_token })).status).toBe(
      200,
    );
    expect((await listed()).map((key) => key.kid)).not.toContain(kid);
  });

  it("are listed for people", async () => {
    expect(await cli("keys", "list")).toMatch(/^\S{43} {2}ES256 {2}\w+ +active from \d{4}-/);
  });

  it("refuse what is not there with status 1", async () => {
    await expect(cli("keys", "retire", "no-such-key")).rejects.toMatchObject({ code: 1 });
  });
});

it("the command line explains itself, and that a shared key has no ring", async () => {
  const run = (args: string[], env = {}) =>
    promisify(execFile)(process.execPath, [MAIN, ...args], { env: { PATH: process.env.PATH ?? "", ...env } });
  const { stdout } = await run(["--help"]);
  for (const word of ["serve", "keys", "Exit status"]) expect(stdout).toContain(word);
  const shared = run(["keys", "list"], { STORAGE: "memory", JWT_SECRET_KEY: "k".repeat(32) });
  await expect(shared).rejects.toMatchObject({ code: 78, stderr: expect.stringContaining("JWT_SECRET_KEY") });
});
