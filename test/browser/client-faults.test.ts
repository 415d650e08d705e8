import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Client, TokenStore } from "../../src/client/client.ts";
import { registered, someone } from "../support/api.ts";
import { hasBrowser } from "../support/browser.ts";
import { type ClientSite, openClientSite } from "../support/client-site.ts";
import { expired } from "../support/typed-client.ts";

/** How the client handles a real browser in which a feature fails. */

const BUILT = join(import.meta.dirname, "../../dist/client");

const PAGE = `<!doctype html><title>Page</title><script type="module">
  import { browserTokens, createClient, storageTokens } from "/client.js";
  window.faults = [];
  window.make = (tokens, timeoutMs) => createClient({
    baseUrl: location.search.slice(1),
    tokens,
    timeoutMs,
    onStorageFault: ({ name }) => faults.push(name),
  });
  window.inDatabase = browserTokens();
  window.inLocal = storageTokens(() => localStorage);
</script>`;

/** The globals of each page. */
declare const faults: string[];
declare const make: (tokens: TokenStore, timeoutMs?: number) => Client;
declare const inDatabase: TokenStore;
declare const inLocal: TokenStore;
declare const localStorage: { setItem(key: string, value: string): void; clear(): void };
declare const navigator: { locks: { request(name: string, work: () => Promise<unknown>): unknown } };
declare const indexedDB: { open(name: string, version: number): { onsuccess: unknown } };

describe.runIf(hasBrowser("the client's faults in a browser"))("a browser", () => {
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

  async function openPage(before: () => void = () => {}): Promise<Page> {
    const page = await context.newPage();
    await page.addInitScript(before);
    await page.goto(`${site.url}/?${site.service.address}`);
    return page;
  }

  it("without AbortSignal.timeout, Web Locks and IndexedDB: calls are made, and memory keeps the tokens", async () => {
    const page = await openPage(() => {
      for (const [of, name] of [
        [AbortSignal, "timeout"],
        [AbortSignal, "any"],
        [globalThis, "indexedDB"],
        [globalThis, "BroadcastChannel"],
        [globalThis, "structuredClone"],
        [Reflect.get(globalThis, "navigator"), "locks"],
      ] as const) {
        Object.defineProperty(of, name, { value: undefined });
      }
    });
    const person = someone();
    const seen = await page.evaluate(async (it) => {
      const client = make(inDatabase);
      const { username } = await client.register(it);
      await client.refresh();
      return { username, me: await client.me(), faults };
    }, person);
    expect(seen).toMatchObject({ username: person.username, me: { email: person.email } });
    expect(seen.faults).toHaveLength(1);
  });

  it("that takes the database away while it is open: the next call has a new one", async () => {
    const page = await openPage();
    const person = await registered(site.service.address);
    const { email, password } = person;
    const login = () =>
      page.evaluate(
        async (it) => {
          Object.assign(globalThis, { client: make(inDatabase) });
          const { client } = globalThis as unknown as { client: Client };
          await client.login(it);
          return (await client.me()).email;
        },
        { email, password },
      );
    expect(await login()).toBe(email);
    const session = await context.newCDPSession(page);
    await session.send("Storage.clearDataForOrigin", { origin: site.url, storageTypes: "indexeddb" });
    const after = await page.evaluate(async () => {
      const { client } = globalThis as unknown as { client: Client };
      return [await client.me().catch((error) => error.code), faults.length];
    });
    expect(after).toEqual(["missing_token", 0]);
    expect(await login()).toBe(email);
    // the next page finds it, so it was not kept in memory only
    const next = await openPage();
    expect(await next.evaluate(async () => (await make(inDatabase).me()).email)).toBe(email);
  });

  it("that loses the connection to its database silently: it is opened again", async () => {
    const page = await openPage();
    const person = someone();
    const seen = await page.evaluate(async (it) => {
      const client = make(inDatabase);
      await client.register(it);
      const { prototype } = Reflect.get(globalThis, "IDBDatabase");
      const { transaction } = prototype;
      const lost = new WeakSet();
      let failures = 0;
      // open connections fail, as they do in Safari
      prototype.transaction = function (...args: unknown[]) {
        if (failures === 0) lost.add(this);
        if (!lost.has(this)) return transaction.apply(this, args);
        failures += 1;
        throw new DOMException("Connection to Indexed Database server lost", "UnknownError");
      };
      const { email } = await client.me();
      return [email, failures, faults.length];
    }, person);
    expect(seen).toEqual([person.email, 1, 0]);
  });

  it("with a database of another version: memory keeps the tokens, and it is reported", async () => {
    const page = await openPage();
    const person = someone();
    const seen = await page.evaluate(async (it) => {
      await new Promise((resolve) => {
        indexedDB.open("hbtu-connect-auth", 9).onsuccess = resolve;
      });
      const client = make(inDatabase);
      await client.register(it);
      return [(await client.me()).email, faults];
    }, person);
    expect(seen).toEqual([person.email, ["VersionError"]]);
  });

  it("with a full localStorage: a registration is answered, and its tokens work", async () => {
    const page = await openPage();
    const person = someone();
    const seen = await page.evaluate(async (it) => {
      for (let size = 2 ** 22; size >= 1; size /= 2) {
        try {
          for (let index = 0; ; index += 1) localStorage.setItem(`${size} ${index}`, "x".repeat(size));
        } catch {
          // a smaller value may have room
        }
      }
      const client = make(inLocal);
      const { username } = await client.register(it);
      const { email } = await client.me();
      const full = [...faults];
      localStorage.clear();
      const { refresh_token } = await client.refresh();
      return { username, email, full, isStored: (await inLocal.get())?.refresh_token === refresh_token };
    }, person);
    expect(seen).toEqual({
      username: person.username,
      email: person.email,
      full: ["QuotaExceededError"],
      isStored: true,
    });
  });

  it("with a tab that holds the lock for ever: the refresh is made without it", async () => {
    const [holder, page] = [await openPage(), await openPage()];
    await holder.evaluate(
      () =>
        new Promise<void>((resolve) => {
          navigator.locks.request("hbtu-connect-auth", () => {
            resolve();
            return new Promise(() => {});
          });
        }),
    );
    const { access_token, refresh_token, email } = await registered(site.service.address);
    const stale = { access_token: await expired(access_token), refresh_token };
    const seen = await page.evaluate(async (it) => {
      await inDatabase.set(it);
      return (await make(inDatabase, 8_000).me()).email;
    }, stale);
    expect(seen).toBe(email);
  });
});
