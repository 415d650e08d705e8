import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Client, createClient, memoryTokens } from "../../src/client/client.ts";
import { call } from "../support/api.ts";
import { codeAt } from "../support/authenticator.ts";
import { commandsIn, read } from "../support/project.ts";
import {
  FREE_AND_CHEAP,
  type ServerProcess,
  startServer,
  temporaryDirectory,
} from "../support/server-process.ts";
import { runShell } from "../support/shell.ts";

/** The commands and the example of docs/second-factor.md, in their order, against the service as a process. */

const page = read("docs/second-factor.md");
const directory = temporaryDirectory();
const password = "correct horse battery";
const env = { DATA_DIR: directory.path, ...FREE_AND_CHEAP };

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer(env);
});
afterAll(async () => {
  await server.end();
  directory.remove();
});

describe("docs/second-factor.md", () => {
  const values: Record<string, string> = {};
  const commands = commandsIn(page.replace(/^```.*?^```/gms, ""));

  /** Runs the next command of the page, which contains `what`. Resolves to its output. */
  async function type(what: string): Promise<string> {
    const command = commands.shift() ?? "";
    expect(command).toContain(what);
    const here = command.replaceAll("localhost:5000", server.url).replaceAll("curl ", "curl --silent ");
    const { status, output } = await runShell(directory.path, here, { ...env, ...values });
    expect([command, status, output]).toEqual([command, 0, expect.any(String)]);
    return output;
  }
  const answer = async (what: string) => JSON.parse(await type(what));

  it("the commands do what it says", async () => {
    const json = { username: "testUser", email: "test@user.com", password };
    values.ACCESS_TOKEN = (await call(server.url, "POST /api/register", { json })).body.access_token;
    const { secret, uri } = await answer("/api/factors/totp ");
    expect(uri).toContain(`secret=${secret}`);
    values.SECRET = secret;

    // earlier, so that there are codes left for what follows: each is accepted once
    values.CODE = codeAt(secret, new Date(), -1);
    const authenticator = commands.shift() ?? "";
    const confirmed = await answer("/api/factors/totp/confirm");
    expect(confirmed.recovery_codes).toHaveLength(10);
    values.RECOVERY_CODE = confirmed.recovery_codes[0];
    expect(await answer("/api/factors ")).toMatchObject({ password: true, recovery_codes_left: 10 });

    const refused = await answer("/api/login ");
    expect(refused).toMatchObject({ code: "second_factor_required", factors: ["totp", "recovery_code"] });
    values.CHALLENGE = refused.challenge;
    values.CODE = await codeOf(authenticator, secret);
    expect((await answer("second-factor")).access_token).toEqual(expect.any(String));

    const again = await call(server.url, "POST /api/login", { json: { email: json.email, password } });
    values.CHALLENGE = again.body.challenge;
    values.ACCESS_TOKEN = (await answer("second-factor")).access_token;
    values.CODE = codeAt(secret, new Date(), 1);
    values.ACCESS_TOKEN = (await answer("reauthenticate")).access_token;
    expect((await answer("recovery-codes")).recovery_codes).toHaveLength(10);
    expect(await type("DELETE")).toBe("");
    expect(await type("user factors testUser")).toMatch(/totp_since +none/);
    expect(await type("user reset-factors testUser")).toContain("has no second factor");
    expect(commands).toEqual([]);
  });

  /** The code of `oathtool`, or where it is not installed, one of our own. */
  async function codeOf(command: string, secret: string): Promise<string> {
    const { status, output } = await runShell(directory.path, command, { SECRET: secret });
    if (status === 0) return output.trim();
    console.log(`Not tried: ${command}, because oathtool is not installed.`);
    return codeAt(secret, new Date());
  }
});

describe("the example of docs/second-factor.md", () => {
  interface Example {
    signIn(credentials: { email: string; password: string }): Promise<void>;
    setUpAuthenticator(): Promise<void>;
    removeAuthenticator(): Promise<void>;
  }

  const shown: { secret: string; codes: readonly string[] } = { secret: "", codes: [] };
  /** What the user answers when asked, in this order. */
  const answers: (() => unknown)[] = [];
  const ask = async () => answers.shift()?.();
  const screens = {
    askForFactor: ask,
    askForCode: ask,
    askForPassword: ask,
    showQrCode: (_: string, secret: string) => Object.assign(shown, { secret }),
    showRecoveryCodes: (codes: readonly string[]) => Object.assign(shown, { codes }),
    suggestNewRecoveryCodes() {},
  };

  function exampleOf(client: Client): Example {
    const [, script = ""] = /```js\n(.*?)```/s.exec(page) ?? [];
    const result = "return { signIn, setUpAuthenticator, removeAuthenticator };";
    const names = ["client", ...Object.keys(screens)];
    return new Function(...names, `${script}\n${result}`)(client, ...Object.values(screens));
  }

  it("sets up an authenticator, signs in by it and removes it", async () => {
    const made = () => createClient({ baseUrl: server.url, tokens: memoryTokens() });
    const [client, elsewhere] = [made(), made()];
    const grace = { email: "grace@example.com", password };
    await client.register({ username: "grace", ...grace });
    await elsewhere.login(grace);
    const code = (steps: number) => () => codeAt(shown.secret, new Date(), steps);

    answers.push(code(-1));
    await exampleOf(client).setUpAuthenticator();
    expect(shown.codes).toHaveLength(10);

    answers.push(
      () => ({ code: "no code" }),
      () => ({ code: code(0)() }),
    );
    await exampleOf(client).signIn(grace);

    // this session authenticated by password alone
    answers.push(code(1));
    await exampleOf(elsewhere).removeAuthenticator();
    expect(answers).toEqual([]);
    expect(await client.listFactors()).toMatchObject({ totp: null });
    await exampleOf(client).signIn(grace);
  });
});
