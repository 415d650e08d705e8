import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import { readConfig } from "../../src/composition/settings/config.ts";
import { openStorage } from "../../src/composition/wiring/storage.ts";
import type { User } from "../../src/domain/user.ts";
import { call, registered } from "../support/api.ts";
import { runCli } from "../support/cli.ts";
import { FREE_AND_CHEAP, startServer, temporaryDirectory } from "../support/server-process.ts";
import { sharedStorages } from "../support/storage-choices.ts";

const SECRET_KEY = "a secret that all processes of a test have";

/** There and back; without a MongoDB server, from one embedded store to another. */
const moves = sharedStorages.map((from) => [from, sharedStorages.find((to) => to !== from) ?? from] as const);
const signings: [string, Record<string, string>][] = [
  ["ES256", {}],
  ["HS256", { JWT_SECRET_KEY: "a key that other services have as well" }],
];
const cases = moves.flatMap(([from, to]) =>
  signings.map(([signing, env]) => ({ name: `${from.name} to ${to.name}, ${signing}`, from, to, env })),
);

async function openStored(env: Record<string, string>): Promise<Storage> {
  const { storage } = await openStorage(readConfig(env));
  return storage;
}

/** People with different histories. */
async function live(url: string, env: Record<string, string>) {
  const token = async (refresh: string) =>
    (await call(url, "GET /api/token/refresh", { token: refresh })).body as Record<string, string>;
  const ada = await registered(url);
  const rotated = await token((await token(ada.refresh_token)).refresh_token as string);
  const bob = await registered(url);
  await call(url, "POST /api/logout/access", { token: bob.access_token });
  const carol = await registered(url);
  await call(url, "POST /api/logout", { token: carol.refresh_token });
  const dave = await registered(url);
  const eve = await registered(url);
  const { email, password } = eve;
  const { body: elsewhere } = await call(url, "POST /api/login", { json: { email, password } });
  await call(url, "POST /api/logout/others", { token: eve.access_token });
  const storage = await openStored(env);
  const disabled = (await storage.users.findByUsername(dave.username)) as User;
  expect(await storage.users.advanceEpoch(disabled, { keptSession: undefined, disabled: true })).toBe(true);
  await storage.close();
  return { ada, rotated, bob, carol, dave, eve, elsewhere };
}

type People = Awaited<ReturnType<typeof live>>;

/** The status and code of the answer to each of them. */
async function answers(url: string, { ada, rotated, bob, carol, dave, eve, elsewhere }: People) {
  const me = async (token: string) => {
    const { status, body } = await call(url, "GET /api/me", { token });
    return `${status} ${body.code ?? body.username}`;
  };
  const refresh = async (token: string) => {
    const { status, body } = await call(url, "GET /api/token/refresh", { token });
    return `${status} ${body.code ?? body.username}`;
  };
  const login = async ({ email, password }: { email: string; password: string }) =>
    (await call(url, "POST /api/login", { json: { email, password } })).status;
  expect({
    ada: [await me(ada.access_token), await me(rotated.access_token as string), await login(ada)],
    bob: [await me(bob.access_token), await refresh(bob.refresh_token), await login(bob)],
    carol: [await me(carol.access_token), await refresh(carol.refresh_token), await login(carol)],
    dave: [await me(dave.access_token), await refresh(dave.refresh_token), await login(dave)],
    eve: [
      await me(eve.access_token),
      await me(elsewhere.access_token),
      await refresh(elsewhere.refresh_token),
    ],
  }).toEqual({
    ada: [`200 ${ada.username}`, `200 ${ada.username}`, 200],
    bob: ["401 revoked_token", `200 ${bob.username}`, 200],
    carol: ["401 revoked_token", "401 revoked_token", 200],
    dave: ["401 revoked_token", "401 revoked_token", 401],
    eve: [`200 ${eve.username}`, "401 revoked_token", "401 revoked_token"],
  });
  expect(await refresh(rotated.refresh_token as string)).toBe(`200 ${ada.username}`);
  // the refresh token of the login, two steps old: treated as stolen, so the session ends
  expect(await refresh(ada.refresh_token)).toMatch(/^401 /);
  expect(await me(rotated.access_token as string)).toBe("401 revoked_token");
  const { username, email, password } = ada;
  const again = await call(url, "POST /api/register", { json: { username, email, password } });
  expect(again.status).toBe(409);
}

describe.each(cases)("moving a service from $name", ({ from, to, env }) => {
  let source: ReturnType<typeof from.open>;
  let target: ReturnType<typeof to.open>;
  let files: ReturnType<typeof temporaryDirectory>;
  beforeEach(() => {
    source = from.open();
    target = to.open();
    files = temporaryDirectory();
  });
  afterEach(async () => {
    await source.remove();
    await target.remove();
    files.remove();
  });

  it("everything goes on as it was", async () => {
    const settings = { ...FREE_AND_CHEAP, SECRET_KEY, REFRESH_ROTATION: "true", ...env };
    const old = { ...settings, ...source.env };
    const next = { ...settings, ...target.env };
    const file = (name: string) => join(files.path, name);

    const before = await startServer(old);
    const people = await live(before.url, old);
    const beside = await runCli(old, ["export", "json", file("beside"), "--with-keys"]);
    expect(beside).toMatchObject({ status: 0, stderr: "" });
    expect(beside.stdout).toMatch(/session 4, revocation 2, user 5\n$/);
    expect(statSync(file("beside")).mode & 0o777).toBe(0o600);
    expect(await before.end()).toBe(0);
    const { stdout: text, stderr } = await runCli(old, ["export", "json", "--with-keys", "--json"]);
    expect(text).toBe(readFileSync(file("beside"), "utf8"));
    expect(JSON.parse(stderr)).toMatchObject({
      keys: true,
      user: 5,
      signing_key: "JWT_SECRET_KEY" in env ? 0 : 1,
    });

    const first = await runCli(next, ["import", "json", file("beside"), "--with-keys", "--json"]);
    expect(first).toMatchObject({ status: 0, stderr: "" });
    expect(JSON.parse(first.stdout).user).toEqual({ imported: 5, already_there: 0, conflicts: 0 });
    const second = await runCli(next, ["import", "json", "-", "--with-keys"], text);
    expect(second).toMatchObject({ status: 0, stderr: "" });
    expect(second.stdout).toMatch(/user: 0 imported, 5 already there, 0 in conflict\n$/);
    expect((await runCli(next, ["export", "json", "--with-keys"])).stdout).toBe(text);

    const after = await startServer(next);
    await answers(after.url, people);
    expect(await after.end()).toBe(0);
  });
});
