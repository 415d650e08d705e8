import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, registered } from "../support/api.ts";
import { IN_A_GROUP, mustRun, newcomer, pressCtrlC, run } from "../support/run.ts";
import { FREE_AND_CHEAP, startProgram, temporaryDirectory } from "../support/server-process.ts";

/** The package as npm packs it, installed into an empty folder by somebody whose npm has kept nothing. */
const directory = temporaryDirectory();
const app = join(directory.path, "app");
const env = newcomer(join(directory.path, "home"));
let packed: string;

beforeAll(async () => {
  await mustRun(["npm", "pack", "--silent", "--pack-destination", directory.path], { env });
  const [name] = readdirSync(directory.path).filter((each) => each.endsWith(".tgz"));
  packed = join(directory.path, String(name));
  mkdirSync(app);
  writeFileSync(join(app, "package.json"), JSON.stringify({ type: "module", private: true }));
  await mustRun(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", packed], { cwd: app, env });
}, 300_000);
afterAll(directory.remove);

it("starts by npx and serves, with its data where it was started", async () => {
  const server = await startProgram(
    [IN_A_GROUP, "npx", "--no-install", "connect-auth", "serve"],
    { ...env, PORT: "0", LOG_LEVEL: "warn", ...FREE_AND_CHEAP },
    app,
  );
  const { access_token: token, username } = await registered(server.url);
  expect((await call(server.url, "GET /api/me", { token })).body).toMatchObject({ username });
  expect(readdirSync(join(app, "data"))).toContain("data.mdb");
  await pressCtrlC(server);
});

it("has a client and a test kit that work together, by their names alone", async () => {
  writeFileSync(
    join(app, "try.mjs"),
    `import { createClient } from "hbtu-connect-auth/client";
     import { startTestAuth } from "hbtu-connect-auth/testing";
     const auth = await startTestAuth();
     const client = createClient({ baseUrl: auth.url });
     await client.register({ username: "ada", email: "ada@example.com", password: "correct horse" });
     auth.clock.advance("2d");
     console.log((await client.me()).username);
     await auth.stop();`,
  );
  const { status, output } = await run([process.execPath, "try.mjs"], { cwd: app, env });
  expect([status, output]).toEqual([0, "ada\n"]);
});

it("has what it needs to send mails, and its licence", async () => {
  const at = join(app, "node_modules/hbtu-connect-auth");
  expect(readdirSync(join(at, "mail-templates")).length).toBeGreaterThan(0);
  expect(readdirSync(at)).toEqual(expect.arrayContaining(["LICENSE", "README.md", "dist", "package.json"]));
  // nothing of the project but what is needed to run
  expect(readdirSync(at)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/^(src|test|bench|docs)$/)]),
  );
});

describe("for those who check packages", () => {
  it("is without a finding of publint", async () => {
    const { status, output } = await run(["npx", "--no-install", "publint", packed, "--strict"], { env });
    expect([status, output]).toEqual([0, expect.stringContaining("All good!")]);
  });

  it("has types that every kind of resolution of modules finds that can find it at all", async () => {
    const { status, output } = await run(["npx", "--no-install", "attw", packed, "--profile", "esm-only"], {
      env,
    });
    expect([status, output]).toEqual([0, expect.any(String)]);
  });
});
