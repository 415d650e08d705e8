import { join } from "node:path";
import type { BrowserContext, Page, Route } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Client, TokenStore, Tokens } from "../../src/client/client.ts";
import { registered } from "../support/api.ts";
import { hasBrowser } from "../support/browser.ts";
import { type ClientSite, openClientSite } from "../support/client-site.ts";
import { expired } from "../support/typed-client.ts";

/** The built client, unbundled, in two tabs of a real browser that share their tokens. */

const BUILT = join(import.meta.dirname, "../../dist/client");
const REFRESH = "/api/token/refresh";
const SOON = { timeout: 10_000 };

/** A page of a front end without a bundler. */
const PAGE = `<!doctype html><title>Page</title><script type="module">
  import { browserTokens, createClient, storageTokens } from "/client.js";
  window.signedOut = [];
  window.tokens = location.hash ? storageTokens(localStorage) : browserTokens();
  window.client = createClient({
    baseUrl: location.search.slice(1),
    tokens: window.tokens,
    onSignedOut: ({ code }) => signedOut.push(code),
  });
</script>`;

/** The globals of each page. */
declare const client: Client;
declare const signedOut: string[];
declare const tokens: TokenStore;
declare const indexedDB: { deleteDatabase(name: string): { onsuccess: unknown } };
declare const navigator: { locks: { query(): Promise<{ pending: unknown[] }> } };

describe.runIf(hasBrowser("the client in a browser"))("two tabs", () => {
  let site: ClientSite;
  beforeAll(async () => {
    site = await openClientSite(BUILT, PAGE);
  });
  afterAll(() => site?.end());

  let context: BrowserContext;
  let tabs: [Page, Page];
  let refreshes: number;
  let faults: string[];
  beforeEach(async () => {
    context = await site.browser.newContext();
    tabs = [await openTab(""), await openTab("")];
    refreshes = 0;
    faults = [];
    context.on("request", (request) => {
      if (request.url().endsWith(REFRESH) && request.method() === "POST") refreshes += 1;
    });
    context.on("weberror", (error) => faults.push(String(error.error())));
  });
  afterEach(async () => {
    expect(faults).toEqual([]);
    await context.close();
  });

  async function openTab(hash: string): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`${site.url}/?${site.service.address}${hash}`);
    return page;
  }

  /** A user whose access token, stored for both tabs, has just expired. */
  async function someoneExpired() {
    const person = await registered(site.service.address);
    const { access_token, refresh_token } = person;
    await store({ access_token: await expired(access_token), refresh_token });
    return person;
  }

  const store = (given: Tokens) => tabs[0].evaluate((it) => tokens.set(it), given);
  const stored = async () =>
    ((await tabs[1].evaluate(() => tokens.get())) ?? {}) as { access_token: string; refresh_token: string };
  /** Calls `me` several times at once. Resolves to the addresses, or the codes of the errors. */
  const me = (page: Page, times: number): Promise<string[]> =>
    page.evaluate(
      (count) =>
        Promise.all(
          Array.from({ length: count }, () =>
            client.me().then(
              (it) => it.email,
              (error) => error.code,
            ),
          ),
        ),
      times,
    );
  const inBoth = <T>(ask: (page: Page) => Promise<T>): Promise<T[]> => Promise.all(tabs.map(ask));

  it("make one refresh in all for what they call at once, time after time", async () => {
    const { email } = await someoneExpired();
    for (const round of [1, 2, 3, 4, 5]) {
      expect((await inBoth((page) => me(page, 5))).flat()).toEqual(Array(10).fill(email));
      expect(refreshes).toBe(round);
      const held = await stored();
      await store({ ...held, access_token: await expired(held.access_token) });
    }
  });

  it("wait for each other: one refreshes, the other takes what it got", async () => {
    const { email } = await someoneExpired();
    const held: Route[] = [];
    await context.route(`**${REFRESH}`, (route) => void held.push(route));
    let refusals = 0;
    context.on("response", (response) => {
      if (response.status() === 401) refusals += 1;
    });
    const answers = inBoth((page) => me(page, 1));
    await expect.poll(() => refusals, SOON).toBe(2);
    await expect.poll(() => held.length, SOON).toBe(1);
    const waiting = () => tabs[0].evaluate(async () => (await navigator.locks.query()).pending.length);
    await expect.poll(waiting, SOON).toBe(1);
    await held[0]?.continue();
    expect((await answers).flat()).toEqual([email, email]);
    expect(held).toHaveLength(1);
  });

  it("are both told where the session is over", async () => {
    await someoneExpired();
    const { refresh_token } = await stored();
    await tabs[0].evaluate((token) => client.revokeToken(token), refresh_token);
    await inBoth((page) => me(page, 5));
    expect(refreshes).toBe(1);
    for (const codes of await inBoth((page) => page.evaluate(() => signedOut))) expect(codes).toHaveLength(1);
    expect(await stored()).toEqual({ former_token: refresh_token });
  });

  it("register, log out and log in, each for both", async () => {
    const [one, other] = tabs;
    const { email, password } = await registered(site.service.address);
    await one.evaluate((it) => client.login(it), { email, password });
    expect(await me(other, 1)).toEqual([email]);
    await other.evaluate(() => client.logout());
    expect(await me(one, 1)).toEqual(["missing_token"]);
    const person = { username: `${Date.now()}x`, email: `${Date.now()}@example.com`, password };
    await one.evaluate((it) => client.register(it), person);
    expect(await me(other, 1)).toEqual([person.email]);
  });

  it("share localStorage as well", async () => {
    const [one, other] = [await openTab("#local"), await openTab("#local")];
    const { email, password } = await registered(site.service.address);
    await one.evaluate((it) => client.login(it), { email, password });
    await expect.poll(() => me(other, 1), SOON).toEqual([email]);
    await one.evaluate(() => client.logout());
    await expect.poll(() => me(other, 1), SOON).toEqual(["missing_token"]);
  });

  it("go on where the browser took their tokens away", async () => {
    const { email, password } = await someoneExpired();
    await tabs[0].evaluate(
      () =>
        new Promise((resolve) => {
          indexedDB.deleteDatabase("hbtu-connect-auth").onsuccess = resolve;
        }),
    );
    expect((await inBoth((page) => me(page, 1))).flat()).toEqual(["missing_token", "missing_token"]);
    await tabs[0].evaluate((it) => client.login(it), { email, password });
    expect(await me(tabs[1], 1)).toEqual([email]);
  });

  it("read what an error says across origins", async () => {
    const error = await tabs[0].evaluate(async () => {
      const reason = await client.register({ username: "", email: "", password: "" }).catch((it) => it);
      const { name, code, status, requestId, errors } = reason;
      return { name, code, status, requestId, errors };
    });
    expect(error).toMatchObject({ name: "AuthApiError", code: "validation_failed", status: 400 });
    expect(error.requestId).toMatch(/^[\da-f-]{36}$/);
    expect(error.errors).toHaveLength(3);
  });
});
