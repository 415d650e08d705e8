import { readdirSync } from "node:fs";
import { join } from "node:path";
import { startTestAuth, type TestAuth, type TestUser } from "hbtu-connect-auth/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { call, callOther } from "../support/api.ts";
import { commandsIn, ROOT, read } from "../support/project.ts";
import { mustRun, run } from "../support/run.ts";
import { type ServerProcess, startProgram } from "../support/server-process.ts";

const AUDIENCE = "https://courses.example.com";
const EXAMPLES = readdirSync(join(ROOT, "examples")).filter((name) => /^(?!tokens).*\.js$/.test(name));

const DAY_MS = 86_400_000;
const LONG_AGO = new Date(Date.now() - 3 * 86_400_000);

let auth: TestAuth;
/** An expired token. */
let old: string;
beforeAll(async () => {
  auth = await startTestAuth({ settings: { JWT_AUDIENCE: AUDIENCE }, now: LONG_AGO });
  ({ access_token: old } = await auth.user());
  auth.clock.set(new Date());
});
afterEach(() => auth.storageAnswers(true));
afterAll(() => auth.stop());

it("there is an example for each framework that the guide names", () => {
  expect(EXAMPLES.toSorted()).toEqual(["express.js", "fastify.js", "hono.js", "koa.js"]);
});

/** The commands of the guide, with this test's service and client. */
function guideCommands(): string[] {
  return commandsIn(read("docs/guides/protecting-your-api.md")).map((command) =>
    command
      .replaceAll("ISSUER=http://localhost:5000", `ISSUER=${auth.url}`)
      .replaceAll("AUDIENCE=http://localhost:5000", `AUDIENCE=${AUDIENCE}`)
      .replaceAll("CLIENT_ID=courses", `CLIENT_ID=${auth.client.id}`),
  );
}

it("the commands of the guide do what it says", async () => {
  const [ask, ...starts] = guideCommands().reverse();
  expect(starts).toHaveLength(2);
  const { access_token: token, id } = await auth.user();
  const env = { PATH: process.env.PATH ?? "", SECRET: auth.client.secret, ACCESS_TOKEN: token, PORT: "0" };
  for (const start of starts) {
    const api = await startProgram(["/bin/sh", "-c", start.replace(" node ", " exec node ")], env, ROOT);
    const output = await mustRun(
      ["/bin/sh", "-c", String(ask).replace("localhost:3001", new URL(api.url).host)],
      { env },
    );
    expect(output).toContain(id);
    await api.end();
  }
});

function startExample(name: string, env: Record<string, string>): Promise<ServerProcess> {
  const command = [process.execPath, join(ROOT, "examples", name)] as const;
  return startProgram(command, {
    PATH: process.env.PATH ?? "",
    PORT: "0",
    ISSUER: auth.url,
    AUDIENCE,
    ...env,
  });
}

describe.each(EXAMPLES)("examples/%s", (name) => {
  const settingsOf = (mode: string): Record<string, string> =>
    mode === "online" ? { CLIENT_ID: auth.client.id, CLIENT_SECRET: auth.client.secret } : {};

  describe.each(["offline", "online"])("%s", (mode) => {
    let api: ServerProcess;
    let user: TestUser;
    beforeAll(async () => {
      api = await startExample(name, settingsOf(mode));
      user = await auth.user();
    });
    afterAll(async () => {
      await api.end();
    });

    async function ask(token?: string) {
      const answer = await callOther(api.url, "GET /courses", token === undefined ? {} : { token });
      return [answer.status, answer.body.code ?? answer.body.student, answer.headers.get("www-authenticate")];
    }

    const REFUSED = [401, "invalid_token", 'Bearer error="invalid_token"'];

    it("accepts a valid access token, and returns its user", async () => {
      expect(await ask(user.access_token)).toEqual([200, user.id, null]);
    });

    it("asks for a token if there is none", async () => {
      expect(await ask()).toEqual([401, "missing_token", "Bearer"]);
    });

    it("refuses other tokens and an expired access token", async () => {
      expect(await ask("not.a.token")).toEqual(REFUSED);
      expect(await ask(user.refresh_token)).toEqual(REFUSED);
      expect(await ask(old)).toEqual(REFUSED);
    });

    it("takes a token of a clock that is 3 s ahead of its own, and none that expired 10 s ago", async () => {
      const now = Date.now();
      auth.clock.set(new Date(now + 3_000));
      const { access_token: fresh } = await auth.login(user);
      // valid for a day
      auth.clock.set(new Date(now - DAY_MS - 10_000));
      const { access_token: expired } = await auth.login(user);
      auth.clock.set(new Date(now - DAY_MS + 60_000));
      const { access_token: lastMinute } = await auth.login(user);
      auth.clock.set(new Date(now));
      expect(await ask(fresh)).toEqual([200, user.id, null]);
      expect(await ask(expired)).toEqual(REFUSED);
      expect(await ask(lastMinute)).toEqual([200, user.id, null]);
    });

    it("does not start where it is not told all that a check needs", async () => {
      const env: Record<string, string> = { ISSUER: auth.url, AUDIENCE, ...settingsOf(mode) };
      for (const variable of Object.keys(env)) {
        const command = [process.execPath, join(ROOT, "examples", name)] as const;
        const { status, output } = await run(command, { env: { ...env, PORT: "0", [variable]: "" } });
        expect([status, output]).toEqual([
          1,
          expect.stringContaining(`cannot be checked: set ${variable}\n`),
        ]);
      }
      const { status, output } = await run([process.execPath, join(ROOT, "examples", name)], { env: {} });
      expect([status, output]).toEqual([1, expect.stringContaining("set ISSUER and AUDIENCE\n")]);
    });

    it("takes a grade only from a user who authenticated in the last five minutes", async () => {
      const grade = (token: string) => callOther(api.url, "POST /grades", { token });
      const challenge =
        'Bearer error="insufficient_user_authentication", acr_values="urn:hbtu:1", max_age="300"';
      expect((await grade("not.a.token")).body.code).toBe("invalid_token");
      const now = Date.now();
      auth.clock.set(new Date(now - 6 * 60_000));
      const { access_token: token, password } = await auth.login(user);
      auth.clock.set(new Date(now));
      expect((await ask(token))[0]).toBe(200);
      const refused = await grade(token);
      expect([refused.status, refused.body]).toEqual([401, { code: "reauthentication_required" }]);
      expect(refused.headers.get("www-authenticate")).toBe(challenge);
      const again = await call(auth.url, "POST /api/reauthenticate", { token, json: { password } });
      const taken = await grade(again.body.access_token);
      expect([taken.status, taken.body]).toEqual([200, { by: user.id }]);
    });

    it("refuses tokens for others", async () => {
      const other = await startExample(name, { ...settingsOf(mode), AUDIENCE: "https://other.example.com" });
      const answer = await callOther(other.url, "GET /courses", { token: user.access_token });
      expect([answer.status, answer.body.code]).toEqual([401, "invalid_token"]);
      // the reason goes to the log of the API, not to the client
      expect(JSON.stringify(answer.body)).not.toContain("aud");
      expect(other.output()).toMatch(/A token was refused: .*(unexpected "aud"|it is for https:\/\/courses)/);
      await other.end();
    });

    it(`sees a logout ${mode === "online" ? "at once" : "only when the token expires"}`, async () => {
      const { access_token: token } = await auth.login(user);
      expect((await ask(token))[0]).toBe(200);
      await call(auth.url, "POST /api/logout", { token });
      expect((await ask(token))[0]).toBe(mode === "online" ? 401 : 200);
    });

    it("lets nobody in while the service cannot be reached", async () => {
      auth.storageAnswers(false);
      const expected = mode === "online" ? [503, "unavailable", null] : [200, user.id, null];
      expect(await ask(user.access_token)).toEqual(expected);
      // also at the start, without any keys
      const lost = await startExample(name, { ...settingsOf(mode), ISSUER: "http://127.0.0.1:9" });
      const answer = await callOther(lost.url, "GET /courses", { token: user.access_token });
      expect([answer.status, answer.body.code]).toEqual([503, "unavailable"]);
      await lost.end();
    });
  });
});
