import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, registered } from "../support/api.ts";
import { commandsIn, read } from "../support/project.ts";
import { IN_A_GROUP, mustRun, newcomer, pressCtrlC, run } from "../support/run.ts";
import { FREE_AND_CHEAP, startProgram, temporaryDirectory } from "../support/server-process.ts";

/** The package as packed by npm, installed into an empty folder as the guide says, with an empty npm cache. */
const directory = temporaryDirectory();
const app = join(directory.path, "app");
const env = { ...newcomer(join(directory.path, "home")), ...FREE_AND_CHEAP, PORT: "0" };
const GUIDE = commandsIn(read("docs/guides/from-the-package.md"));
let packed: string;

/** A command of the guide, for a package in the same folder. */
function command(begin: string): string {
  const found = GUIDE.find((line) => line.startsWith(begin));
  if (found === undefined) throw new Error(`The guide has no command that begins with ${begin}`);
  return found.replaceAll("/srv/connect-auth", app).replace(/\.\/hbtu-connect-auth-[\d.]+\.tgz/, packed);
}
const typed = (begin: string) => ["/bin/sh", "-c", `exec ${command(begin)}`] as const;

beforeAll(async () => {
  await mustRun(["npm", "pack", "--silent", "--pack-destination", directory.path], { env });
  const [name] = readdirSync(directory.path).filter((each) => each.endsWith(".tgz"));
  packed = join(directory.path, String(name));
  mkdirSync(app);
  for (const begin of ["npm init", "npm install", "npm pkg set"]) {
    await mustRun(typed(begin), { cwd: app, env });
  }
  writeFileSync(join(app, ".env"), `${command("DATA_DIR=")}\n${command("ISSUER=")}\n`);
}, 300_000);
afterAll(directory.remove);

it("starts as the guide says, and stops in good order at SIGTERM", async () => {
  const server = await startProgram(typed("npm start"), { ...env, LOG_LEVEL: "warn" }, app);
  const { access_token: token, username } = await registered(server.url);
  expect((await call(server.url, "GET /api/me", { token })).body).toMatchObject({ username });
  expect(readdirSync(join(app, "data"))).toContain("data.mdb");
  expect(await server.end()).toBe(0);
});

it("starts by npx, and stops at Ctrl-C", async () => {
  const server = await startProgram(
    [IN_A_GROUP, "npx", "--no-install", "connect-auth", "serve"],
    { ...env, LOG_LEVEL: "warn" },
    app,
  );
  await registered(server.url);
  await pressCtrlC(server);
});

it("has commands that work from any directory, and a program for supervisors", async () => {
  const server = await startProgram(typed("node node_modules"), { ...env, LOG_LEVEL: "warn" }, app);
  const elsewhere = join(directory.path, "elsewhere");
  mkdirSync(elsewhere);
  const npx = command("npx").replace("npx --no-install", join(app, "node_modules/.bin/"));
  const { status, output } = await run(["/bin/sh", "-c", npx.replace("/ connect", "/connect")], {
    cwd: elsewhere,
    env,
  });
  expect([status, output]).toEqual([0, expect.stringContaining("storage")]);
  expect(await server.end()).toBe(0);
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

it("has what it needs to send mails, its licence, and the pages that its README leads to", () => {
  const at = join(app, "node_modules/hbtu-connect-auth");
  expect(readdirSync(join(at, "mail-templates")).length).toBeGreaterThan(0);
  expect(readdirSync(at)).toEqual(expect.arrayContaining(["LICENSE", "README.md", "dist", "package.json"]));
  // only the parts of the project that are needed to run it and to read
  expect(readdirSync(at).filter((name) => /^(src|test|bench|node_modules)$/.test(name))).toEqual([]);
  const links = [...readFileSync(join(at, "README.md"), "utf8").matchAll(/\]\(([^):#]+)(?:#[^)]*)?\)/g)];
  expect(links.length).toBeGreaterThan(10);
  expect(links.map(([, path = ""]) => path).filter((path) => !existsSync(join(at, path)))).toEqual([]);
});

describe("for package checkers", () => {
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
