import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startTestAuth, type TestAuth } from "hbtu-connect-auth/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT, read } from "../support/project.ts";
import { mustRun, newcomer, run } from "../support/run.ts";
import { temporaryDirectory } from "../support/server-process.ts";

/** The separate package of the client, installed into an empty folder. */
const directory = temporaryDirectory();
const app = join(directory.path, "app");
const at = join(app, "node_modules/hbtu-connect-auth-client");
const env = newcomer(join(directory.path, "home"));
let packed: string;
let auth: TestAuth;

beforeAll(async () => {
  await mustRun(["npm", "run", "--silent", "pack:packages", "--", "--pack-destination", directory.path], {
    env,
  });
  const names = readdirSync(directory.path).filter((each) => each.endsWith(".tgz"));
  const { version } = JSON.parse(read("package.json"));
  expect(names).toEqual([`hbtu-connect-auth-client-${version}.tgz`]);
  packed = join(directory.path, String(names[0]));
  mkdirSync(app);
  writeFileSync(join(app, "package.json"), JSON.stringify({ type: "module", private: true }));
  // it needs no other package, and so no registry
  await mustRun(["npm", "install", "--offline", "--no-audit", "--no-fund", packed], { cwd: app, env });
  auth = await startTestAuth({ settings: { ACCESS_TOKEN_TTL: "15m" } });
}, 300_000);
afterAll(async () => {
  await auth?.stop();
  directory.remove();
});

const files = (folder: string) => readdirSync(join(at, folder)).toSorted();

it("is installed alone, and serves", async () => {
  const packages = readdirSync(join(app, "node_modules")).filter((name) => !name.startsWith("."));
  expect(packages).toEqual(["hbtu-connect-auth-client"]);
  writeFileSync(
    join(app, "try.mjs"),
    `import { createClient } from "hbtu-connect-auth-client";
     const client = createClient({ baseUrl: process.env.AUTH_URL });
     await client.register({ username: "ada", email: "ada@example.com", password: "correct horse" });
     console.log((await client.me()).username);`,
  );
  const ran = await run([process.execPath, "try.mjs"], { cwd: app, env: { ...env, AUTH_URL: auth.url } });
  expect(ran).toEqual({ status: 0, output: "ada\n" });
});

it("has the same code as the export of the service", () => {
  const code = files("dist").filter((name) => /\.(js|d\.ts)$/.test(name));
  expect(code).toContain("client.js");
  for (const name of code) {
    expect(readFileSync(join(at, "dist", name), "utf8")).toBe(read(`dist/client/${name}`));
  }
  const sources = readdirSync(join(ROOT, "src/client")).filter((name) => name.endsWith(".ts"));
  expect(files("src")).toEqual(sources.toSorted());
});

it("has source maps that lead to sources in it", () => {
  const maps = files("dist").filter((name) => name.endsWith(".map"));
  expect(maps).toHaveLength(files("src").length);
  for (const name of maps) {
    const map = JSON.parse(readFileSync(join(at, "dist", name), "utf8"));
    expect(map.sources).toHaveLength(1);
    for (const source of map.sources) expect(existsSync(join(at, "dist", source)), source).toBe(true);
    const code = readFileSync(join(at, "dist", name.slice(0, -".map".length)), "utf8");
    expect(code.trimEnd()).toMatch(new RegExp(`//# sourceMappingURL=${name.replaceAll(".", "\\.")}$`));
  }
});

it("has its licence, and a README by its own name whose links lead somewhere", () => {
  expect(files(".")).toEqual(["LICENSE", "README.md", "dist", "package.json", "src"]);
  const page = readFileSync(join(at, "README.md"), "utf8");
  expect(page).toContain('from "hbtu-connect-auth-client"');
  expect(page).not.toMatch(/hbtu-connect-auth\/client|pack:packages/);
  const links = Array.from(page.matchAll(/\]\(([^)]+)\)/g), ([, target]) => target);
  expect(links.filter((target) => !target?.startsWith("https://"))).toEqual([]);
});

describe("for package checkers", () => {
  it("is without a finding of publint", async () => {
    const { status, output } = await run(["npx", "--no-install", "publint", packed, "--strict"], { env });
    expect([status, output]).toEqual([0, expect.stringContaining("All good!")]);
  });

  it("has types that every kind of resolution of modules finds that can find it at all", async () => {
    const command = ["npx", "--no-install", "attw", packed, "--profile", "esm-only"] as const;
    const { status, output } = await run(command, { env });
    expect([status, output]).toEqual([0, expect.any(String)]);
  });

  it.each(["nodenext", "bundler"])("has types that compile with %s", async (resolution) => {
    writeFileSync(
      join(app, "try.ts"),
      `import { type Client, createClient, memoryTokens } from "hbtu-connect-auth-client";
       export const client: Client = createClient({ baseUrl: "https://x", tokens: memoryTokens() });
       export const name: Promise<string> = client.me().then((it) => it.username);
       // @ts-expect-error there is no such call
       client.nothing();`,
    );
    const options = ["--strict", "--noEmit", "--target", "es2023", "--lib", "es2023,dom"];
    const modules = ["--module", resolution === "bundler" ? "esnext" : "nodenext"];
    const tsc = join(ROOT, "node_modules/.bin/tsc");
    const ran = await run([tsc, ...options, ...modules, "--moduleResolution", resolution, "try.ts"], {
      cwd: app,
      env,
    });
    expect(ran).toEqual({ status: 0, output: "" });
  });
});
