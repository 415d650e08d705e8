import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, registered } from "../support/api.ts";
import { FREE_AND_CHEAP, type ServerProcess, startServer } from "../support/server-process.ts";

/** The service as a process of its own, with `oathtool` (OATH Toolkit, https://oath-toolkit.codeberg.page) as authenticator. */

function oathtool(...args: string[]): string {
  return execFileSync("oathtool", args, { encoding: "utf8" }).trim();
}

function isThere(): boolean {
  try {
    return oathtool("--version") !== "";
  } catch {
    return false;
  }
}

const isMissing = !isThere();
if (isMissing)
  console.log("Skipped: oathtool as authenticator, since it is not installed (Debian: oathtool).");

/** The code for a secret at `now`, in milliseconds. */
const shown = (secret: string, now = Date.now()) =>
  oathtool("--totp", "--base32", "--now", new Date(now).toISOString().replace(/\.\d+Z$/, " UTC"), secret);

describe.skipIf(isMissing)("oathtool as authenticator", () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServer({ STORAGE: "memory", ...FREE_AND_CHEAP });
  });
  afterAll(async () => void (await server.end()));

  const ask = (request: string, options: object) => call(server.url, request, options);

  it("sets up a factor and completes a login", async () => {
    const user = await registered(server.url);
    const token = user.access_token;
    const { secret, uri } = (await ask("POST /api/factors/totp", { token })).body;
    expect(new URL(uri).searchParams.get("secret")).toBe(secret);
    const json = { code: shown(secret) };
    expect((await ask("POST /api/factors/totp/confirm", { token, json })).status).toBe(200);
    const { email, password } = user;
    const login = await ask("POST /api/login", { json: { email, password } });
    expect([login.status, login.body.code]).toEqual([403, "second_factor_required"]);
    const { challenge } = login.body;
    const complete = (code: string) => ask("POST /api/login/second-factor", { json: { challenge, code } });
    expect((await complete(json.code)).body.code).toBe("invalid_factor");
    expect((await complete(shown(secret, Date.now() + 120_000))).body.code).toBe("invalid_factor");
    // a code of the next step, since that of the present one may be used up
    const done = await complete(shown(secret, Date.now() + 30_000));
    expect([done.status, done.body.username]).toEqual([200, user.username]);
  });

  it("shows the same codes for the secrets of many users", async () => {
    for (let round = 0; round < 10; round += 1) {
      const { access_token: token } = await registered(server.url);
      const { secret } = (await ask("POST /api/factors/totp", { token })).body;
      const json = { code: shown(secret) };
      expect((await ask("POST /api/factors/totp/confirm", { token, json })).status).toBe(200);
    }
  });
});
