import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startTestAuth, type TestAuth } from "hbtu-connect-auth/testing";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Client, TokenStore } from "../../src/client/client.ts";
import { hasBrowser, startBrowser } from "../support/browser.ts";
import { ROOT } from "../support/project.ts";
import { startProgram, temporaryDirectory } from "../support/server-process.ts";
import { serveFiles } from "../support/static-files.ts";
import type { GuardedApi } from "../support/verifiers/hosts.ts";
import { readyMade } from "../support/verifiers/ready-made.ts";

/** APIs of other origins, called by a page with the client: the middlewares of docs/verifiers.md and the examples. */

const BUILT = join(import.meta.dirname, "../../dist/client");
const DAY_MS = 86_400_000;
const STEP_MS = 5 * 60_000;
const TURNED_CLOCK = join(ROOT, "test/support/turned-clock.mjs");

const PAGE = `<!doctype html><title>Page</title><script type="module">
  import { browserTokens, createClient } from "/client.js";
  const [baseUrl, ...apiOrigins] = location.search.slice(1).split(",");
  window.signedOut = [];
  window.tokens = browserTokens();
  window.client = createClient({
    baseUrl,
    apiOrigins,
    tokens,
    onSignedOut: ({ code }) => signedOut.push(code),
  });
</script>`;

declare const client: Client;
declare const tokens: TokenStore;
declare const signedOut: string[];

// the only one that does not accept the service's at+jwt
const VERIFIERS = Object.keys(readyMade).filter((name) => name !== "hono/jwk");
const EXAMPLES = readdirSync(join(ROOT, "examples")).filter((name) => /^(?!tokens).*\.js$/.test(name));

describe.runIf(hasBrowser("own APIs in a browser"))("a page of another origin", () => {
  let site: Awaited<ReturnType<typeof serveFiles>>;
  let browser: Browser;
  let auth: TestAuth;
  const directory = temporaryDirectory();
  const clockFile = join(directory.path, "clock-ahead");
  const apis = new Map<string, { readonly url: string; end(): Promise<unknown> }>();

  beforeAll(async () => {
    site = await serveFiles(BUILT, PAGE);
    browser = await startBrowser();
    auth = await startTestAuth({
      settings: {
        JWT_ALG: "RS256",
        ACCESS_TOKEN_TTL: "15m",
        REFRESH_ROTATION: "true",
        CORS_ORIGINS: site.url,
      },
      now: new Date(Date.now() - DAY_MS),
    });
    const names = { issuer: auth.url, audience: auth.audience, jwksUri: `${auth.url}/.well-known/jwks.json` };
    for (const name of VERIFIERS) {
      const api = (await readyMade[name]?.({ ...names, pages: site.url })) as GuardedApi;
      apis.set(name, { url: api.url, end: api.close });
    }
    const env = {
      PATH: process.env.PATH ?? "",
      PORT: "0",
      ISSUER: auth.url,
      AUDIENCE: auth.audience,
      CORS_ORIGINS: site.url,
      CLOCK_AHEAD_FILE: clockFile,
    };
    turnExamples(0);
    for (const name of EXAMPLES) {
      const program = join(ROOT, "examples", name);
      const api = await startProgram([process.execPath, "--import", TURNED_CLOCK, program], env, ROOT);
      apis.set(`examples/${name}`, { url: `${api.url}/courses`, end: () => api.end() });
    }
  }, 120_000);
  afterAll(async () => {
    for (const api of apis.values()) await api.end();
    await auth?.stop();
    await browser?.close();
    await site?.end();
    directory.remove();
  });

  /** Turns the clocks of the examples, which are separate processes. */
  function turnExamples(aheadMs: number): void {
    writeFileSync(clockFile, String(aheadMs));
  }

  let context: BrowserContext;
  let refreshes: number;
  beforeEach(async () => {
    context = await browser.newContext();
    refreshes = 0;
    context.on("request", (request) => {
      if (request.url().endsWith("/refresh") && request.method() === "POST") refreshes += 1;
    });
  });
  afterEach(async () => {
    vi.useRealTimers();
    turnExamples(0);
    await context.close();
  });

  async function openTab(): Promise<Page> {
    const page = await context.newPage();
    const origins = Array.from(apis.values(), ({ url }) => new URL(url).origin);
    await page.goto(`${site.url}/?${[auth.url, ...origins].join()}`);
    return page;
  }

  /** Signs a user in, in a page, at the service's time. */
  async function signIn(page: Page): Promise<string> {
    const { id, email, password } = await auth.user();
    await page.evaluate((it) => client.login(it), { email, password });
    return id;
  }

  const ask = (page: Page, url: string) =>
    page.evaluate(async (it) => {
      const answer = await client.fetch(it);
      return [answer.status, await answer.text(), answer.headers.get("www-authenticate")] as const;
    }, url);

  it.each([...VERIFIERS, ...EXAMPLES.map((name) => `examples/${name}`)])(
    "stays signed in where %s refuses its expired token",
    async (name) => {
      const { url } = apis.get(name) as { url: string };
      const page = await openTab();
      auth.clock.set(new Date(Date.now() - DAY_MS));
      const id = await signIn(page);
      auth.clock.set(new Date());
      const refused = page.waitForResponse((response) => response.status() === 401);
      expect(await ask(page, url)).toEqual([200, expect.stringContaining(id), null]);
      expect((await refused).url()).toContain(url);
      expect(await ask(page, url)).toEqual([200, expect.stringContaining(id), null]);
      expect([refreshes, await page.evaluate(() => signedOut)]).toEqual([1, []]);
    },
  );

  it.each(EXAMPLES)("reads why examples/%s refuses", async (name) => {
    const { url } = apis.get(`examples/${name}`) as { url: string };
    const page = await openTab();
    expect(await ask(page, url)).toEqual([401, expect.any(String), "Bearer"]);
  });

  it("stays signed in for an hour, in two tabs that call every middleware and example, with a refresh for each expiry", async () => {
    const begin = new Date();
    auth.clock.set(begin);
    const tabs = [await openTab(), await openTab()] as const;
    const id = await signIn(tabs[0]);
    let expiries = 0;
    let last = "";
    for (let ms = STEP_MS; ms <= 60 * 60_000; ms += STEP_MS) {
      const now = new Date(begin.getTime() + ms);
      vi.useFakeTimers({ toFake: ["Date"], now });
      auth.clock.set(now);
      turnExamples(ms);
      for (const page of tabs) await page.clock.setFixedTime(now);
      const calls = tabs.flatMap((page) => Array.from(apis.values(), ({ url }) => ask(page, url)));
      for (const answer of await Promise.all(calls)) {
        expect(answer).toEqual([200, expect.stringContaining(id), null]);
      }
      const { access_token = "" } = (await tabs[0].evaluate(() => tokens.get())) ?? {};
      if (last !== "" && access_token !== last) expiries += 1;
      last = access_token;
    }
    expect(expiries).toBeGreaterThanOrEqual(3);
    expect(refreshes).toBeLessThanOrEqual(expiries + 1);
    for (const page of tabs) expect(await page.evaluate(() => signedOut)).toEqual([]);
  });
});
