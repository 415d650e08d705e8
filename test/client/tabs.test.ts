import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createClient, type Locks, storageTokens, type TextStorage } from "../../src/client/client.ts";
import type { RunningService } from "../../src/composition/service.ts";
import { startTestService } from "../support/service.ts";
import {
  CLIENT_SETTINGS,
  clientOfSomeone,
  expired,
  sharedStorage,
  watchedFetch,
} from "../support/typed-client.ts";

/** Clients on one `localStorage`, as tabs are; real tabs are in test/browser. */

const REFRESH = "POST /api/token/refresh";

let service: RunningService;
let baseUrl: string;
beforeAll(async () => {
  service = await startTestService(CLIENT_SETTINGS);
  baseUrl = service.address;
});
afterAll(() => service.stop());

/** One after the other for each name, as `navigator.locks` does it. */
function oneAfterTheOther(): Locks & { readonly names: Set<string> } {
  const last = new Map<string, Promise<unknown>>();
  return {
    names: new Set(),
    request(name, callback) {
      this.names.add(name);
      const turn = (last.get(name) ?? Promise.resolve()).then(callback);
      last.set(
        name,
        turn.catch(() => {}),
      );
      return turn;
    },
  };
}

/** Two tabs whose user's access token expired. */
async function twoTabs(locks: Locks) {
  const storage = sharedStorage();
  const { fetch, count } = watchedFetch();
  const tab = () => {
    const onSignedOut = vi.fn<() => void>();
    const client = createClient({ baseUrl, fetch, locks, tokens: storageTokens(storage), onSignedOut });
    return { client, onSignedOut };
  };
  const { tokens, person } = await clientOfSomeone(baseUrl, { tokens: storageTokens(storage) });
  const store = storageTokens(storage);
  await store.set({ ...tokens, access_token: await expired(tokens.access_token ?? "") });
  return { one: tab(), other: tab(), store, person, count };
}

it("20 calls of each make one refresh in all", async () => {
  const locks = oneAfterTheOther();
  const { one, other, person, count } = await twoTabs(locks);
  const calls = Array.from({ length: 40 }, (_, index) => (index % 2 ? one : other).client.me());
  for (const { email } of await Promise.all(calls)) expect(email).toBe(person.email);
  expect(count(REFRESH)).toBe(1);
  expect([...locks.names]).toEqual(["hbtu-connect-auth"]);
});

it("both are told once where the session is over, and one refresh finds it out", async () => {
  const { one, other, store, count } = await twoTabs(oneAfterTheOther());
  const { refresh_token = "" } = (await store.get()) ?? {};
  await one.client.revokeToken(refresh_token);
  const calls = Array.from({ length: 20 }, (_, index) => (index % 2 ? one : other).client.me());
  for (const { status } of await Promise.allSettled(calls)) expect(status).toBe("rejected");
  expect(count(REFRESH)).toBe(1);
  for (const { onSignedOut } of [one, other]) expect(onSignedOut).toHaveBeenCalledOnce();
  expect(await store.get()).toEqual({ former_token: refresh_token });
});

it("a lock that fails leaves the tokens as they are", async () => {
  const { one, store } = await twoTabs({ request: () => Promise.reject(new Error("no lock")) });
  const before = await store.get();
  await expect(one.client.me()).rejects.toThrow("no lock");
  expect(await store.get()).toEqual(before);
});

it("tokens in memory are nobody else's, and refreshed without a lock", async () => {
  const locks = oneAfterTheOther();
  const { client } = await clientOfSomeone(baseUrl, { locks });
  await client.refresh();
  expect([...locks.names]).toEqual([]);
});

it.each(["not JSON", "null", "[1]", '"text"', '{"access_token":1}'])(
  "%s in storage is nobody",
  async (text) => {
    const storage: TextStorage = sharedStorage();
    storage.setItem("mine", text);
    const client = createClient({ baseUrl, tokens: storageTokens(storage, "mine") });
    expect(await client.isSignedIn()).toBe(false);
    await expect(client.me()).rejects.toMatchObject({ code: "missing_token" });
  },
);
