import { execFile } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { temporaryDirectory } from "../support/server-process.ts";

/** The types of the installed package, in Node without a browser's types and the other way round. */

const ROOT = join(import.meta.dirname, "../..");

const EVERYWHERE = `
import { AuthApiError, createClient, type Client, type KnownErrorCode, memoryTokens, type Profile } from "hbtu-connect-auth/client";
export const client: Client = createClient({ baseUrl: "https://auth.example.org", tokens: memoryTokens() });
export async function name(): Promise<string> {
  const profile: Profile = await client.me();
  return profile.username;
}
export function told(error: unknown): string {
  if (!(error instanceof AuthApiError)) throw error;
  switch (error.code) {
    case "too_many_attempts":
      return \`Wait for \${error.retryAfter ?? 1} s\`;
    case "validation_failed":
      return error.errors.map(({ path, message }) => \`\${path}: \${message}\`).join();
    default:
      return error.code.toUpperCase();
  }
}
const known: Record<Extract<KnownErrorCode, \`\${string}_taken\`>, string> = { username_taken: "", email_taken: "" };
const answer: Promise<Response> = client.fetch("https://api.example.org", { method: "POST", body: JSON.stringify(known) });
// @ts-expect-error by either name or address
client.login({ username: "ada", email: "ada@example.org", password: "" });
// @ts-expect-error the wire's names
client.changePassword({ currentPassword: "", newPassword: "" });
void client.introspect({ token: "" }, { id: "", secret: "" }).then((it) => {
  // @ts-expect-error not where it may be inactive
  it.username;
  return it.active && [it.username, answer];
});
`;

const IN_BROWSERS = `
import { browserTokens, createClient, storageTokens } from "hbtu-connect-auth/client";
const options = { baseUrl: location.origin, locks: navigator.locks, fetch: window.fetch };
export const clients = [browserTokens(), storageTokens(localStorage)].map((tokens) => createClient({ ...options, tokens }));
`;

const WITH_TEST_KIT = `
import { startTestAuth, type TestAuth, type TestMail, type TestUser } from "hbtu-connect-auth/testing";
const auth: TestAuth = await startTestAuth({ settings: { ACCESS_TOKEN_TTL: "15m" } });
const user: TestUser = await auth.user();
auth.clock.advance("2d");
const mails: readonly TestMail[] = await auth.mails.all(user.email);
console.log(mails.length);
await auth.stop();
`;

const place = temporaryDirectory();
afterAll(() => place.remove());

/** The compiler's report on a program with the package installed. Checks the declarations as well. */
function reportOn(name: string, code: string, options: object): Promise<string> {
  const cwd = join(place.path, name);
  const installed = join(cwd, "node_modules/hbtu-connect-auth");
  mkdirSync(installed, { recursive: true });
  cpSync(join(ROOT, "package.json"), join(installed, "package.json"));
  // the whole package as installed, without its dependencies
  symlinkSync(join(ROOT, "dist"), join(installed, "dist"));
  for (const used of ["@types", "undici-types"]) {
    symlinkSync(join(ROOT, "node_modules", used), join(cwd, "node_modules", used));
  }
  writeFileSync(join(cwd, "package.json"), '{"type":"module"}');
  writeFileSync(join(cwd, "program.ts"), code);
  const compilerOptions = { target: "es2023", strict: true, noEmit: true, skipLibCheck: false, ...options };
  writeFileSync(join(cwd, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["program.ts"] }));
  return new Promise((resolve) => {
    execFile(join(ROOT, "node_modules/.bin/tsc"), ["--pretty", "false"], { cwd }, (_, stdout) =>
      resolve(stdout),
    );
  });
}

const NODE = { module: "nodenext", lib: ["es2023"], types: ["node"] };
const BROWSER = { module: "esnext", moduleResolution: "bundler", lib: ["es2023", "dom"], types: [] };

it.each([
  ["Node", EVERYWHERE, NODE],
  ["Node with the test kit", WITH_TEST_KIT, { ...NODE, preserveSymlinks: true }],
  ["a browser", EVERYWHERE, BROWSER],
  ["a browser with its own storage", IN_BROWSERS, { ...BROWSER, exactOptionalPropertyTypes: true }],
])("compiles in %s", async (name, code, options) => {
  expect(await reportOn(name, code, options)).toBe("");
});
