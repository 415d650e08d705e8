import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Client, UserChange } from "../../src/client/client.ts";
import { registered } from "../support/api.ts";
import { hasBrowser } from "../support/browser.ts";
import { type ClientSite, openClientSite } from "../support/client-site.ts";

/** Changes that a tab sees without making a call. */

const BUILT = join(import.meta.dirname, "../../dist/client");
const SOON = { timeout: 10_000 };

const PAGE = `<!doctype html><title>Page</title><script type="module">
  import { browserTokens, createClient, storageTokens } from "/client.js";
  window.ends = [];
  window.changes = [];
  window.client = createClient({
    baseUrl: location.search.slice(1),
    tokens: location.hash === "#local" ? storageTokens(() => localStorage) : browserTokens(),
    onSignedOut: ({ code }) => {
      ends.push(code);
      client.logout();
    },
    onChange: ({ state, isOwn }) => changes.push(state + (isOwn ? ", own" : "")),
  });
</script>`;

declare const client: Client;
declare const ends: string[];
declare const changes: UserChange["state"][];
declare const document: { dispatchEvent(event: Event): void };

const told = (page: Page) => page.evaluate(() => ({ ends, changes }));

describe.runIf(hasBrowser("what tabs hear of each other"))("tabs", () => {
  let site: ClientSite;
  beforeAll(async () => {
    site = await openClientSite(BUILT, PAGE);
  });
  afterAll(() => site?.end());

  let context: BrowserContext;
  beforeEach(async () => {
    context = await site.browser.newContext();
  });
  afterEach(() => context.close());

  async function openTab(hash: string): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`${site.url}/?${site.service.address}${hash}`);
    return page;
  }

  it.each(["#local", "#database"])("hear of each login and logout, %s", async (hash) => {
    const tabs = [await openTab(hash), await openTab(hash), await openTab(hash)] as const;
    const [one, ...others] = tabs;
    const people = [await registered(site.service.address), await registered(site.service.address)];
    const login = async (nth: number) => {
      const { email, password } = people[nth] as { email: string; password: string };
      await one.evaluate((it) => client.login(it), { email, password });
    };
    await login(0);
    for (const page of others)
      await expect.poll(() => told(page), SOON).toMatchObject({ changes: ["signed_in"] });
    await login(1);
    for (const page of others)
      await expect.poll(() => told(page), SOON).toMatchObject({ changes: ["signed_in", "other_user"] });
    await one.evaluate(() => client.logout());
    for (const page of others) {
      const expected = { ends: ["missing_token"], changes: ["signed_in", "other_user", "signed_out"] };
      await expect.poll(() => told(page), SOON).toEqual(expected);
    }
    expect(await told(one)).toEqual({
      ends: [],
      changes: ["signed_in, own", "other_user, own", "signed_out, own"],
    });
  });

  it("find out when they are looked at again, where nothing could tell them", async () => {
    await context.addInitScript("delete globalThis.BroadcastChannel");
    const [one, other] = [await openTab(""), await openTab("")];
    const { email, password } = await registered(site.service.address);
    await other.evaluate((it) => client.login(it), { email, password });
    await one.evaluate(() => client.logout());
    expect((await told(other)).ends).toEqual([]);
    await other.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await expect.poll(async () => (await told(other)).ends, SOON).toEqual(["missing_token"]);
  });

  it("hear nothing once their client is closed", async () => {
    const [one, other] = [await openTab(""), await openTab("")];
    await other.evaluate(() => client.close());
    const { email, password } = await registered(site.service.address);
    await one.evaluate((it) => client.login(it), { email, password });
    const third = await openTab("");
    await one.evaluate(() => client.logout());
    await expect.poll(async () => (await told(third)).ends, SOON).toEqual(["missing_token"]);
    expect(await told(other)).toEqual({ ends: [], changes: [] });
  });
});
