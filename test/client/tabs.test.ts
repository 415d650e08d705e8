import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createClient, type Locks, storageTokens, type TextStorage } from "../../src/client/client.ts";
import type { RunningService } from "../../src/composition/server/service.ts";
import { startTestService } from "../support/service.ts";
import {
  CLIENT_SETTINGS,
  clientOfSomeone,
  expired,
  sharedStorage,
  watchedFetch,
} from "../support/typed-client.ts";

/** Clients that share a `localStorage`, like tabs. Real tabs are tested in test/browser. */

const REFRESH = "POST /api/token/refresh";

let service: RunningService;
let baseUrl: string;
beforeAll(async () => {
  service = await startTestService(CLIENT_SETTINGS);
  baseUrl = service.address;
});
afterAll(() => service.stop());

/** Exclusive locks by name, like `navigator.locks`. */
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

it.each<[string, Locks]>([
  ["are not to be had", { request: () => Promise.reject(new Error("no lock")) }],
  [
    "throw",
    {
      request: () => {
        throw new Error("no lock");
      },
    },
  ],
])("locks that %s are done without", async (_, locks) => {
  const { one, other, person, count } = await twoTabs(locks);
  for (const { client } of [one, other]) expect(await client.me()).toMatchObject({ email: person.email });
  expect(count(REFRESH)).toBe(1);
});

it("a lock that a frozen tab holds is waited for once, and never by two requests", async () => {
  const asked: (() => Promise<unknown>)[] = [];
  const locks: Locks = {
    request(_, callback) {
      asked.push(callback);
      return new Promise(() => {});
    },
  };
  const { one, store, person, count } = await twoTabs(locks);
  for (const refreshes of [1, 2, 3]) {
    expect(await one.client.me()).toMatchObject({ email: person.email });
    expect(count(REFRESH)).toBe(refreshes);
    const held = (await store.get()) ?? {};
    await store.set({ ...held, access_token: await expired(held.access_token ?? "") });
  }
  expect(asked).toHaveLength(1);
  // the lock is granted at last, and nothing is done with it
  expect(await asked[0]?.()).toBeUndefined();
  expect(count(REFRESH)).toBe(3);
});

it("a tab that goes on without the lock gets the same next tokens as the one that holds it", async () => {
  let end = () => {};
  const turn = new Promise<void>((resolve) => {
    end = resolve;
  });
  let isFirst = true;
  const locks: Locks = {
    // the first one refreshes, and is frozen before it stores the tokens
    request(_, callback) {
      if (!isFirst) return new Promise(() => {});
      isFirst = false;
      return callback();
    },
  };
  const storage = sharedStorage();
  const shared = storageTokens(storage);
  const { tokens, person } = await clientOfSomeone(baseUrl, { tokens: shared });
  await shared.set({ ...tokens, access_token: await expired(tokens.access_token ?? "") });
  const frozenFetch: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    if (String(input).endsWith("/api/token/refresh")) await turn;
    return answer;
  };
  const frozen = createClient({ baseUrl, fetch: frozenFetch, locks, tokens: storageTokens(storage) });
  const waking = frozen.me();
  const other = createClient({ baseUrl, locks, tokens: storageTokens(storage), timeoutMs: 8_000 });
  expect(await other.me()).toMatchObject({ email: person.email });
  const after = await shared.get();
  end();
  expect(await waking).toMatchObject({ email: person.email });
  expect(await shared.get()).toEqual(after);
  expect(await other.me()).toMatchObject({ email: person.email });
});

it("tokens in memory are nobody else's, and refreshed without a lock", async () => {
  const locks = oneAfterTheOther();
  const { client } = await clientOfSomeone(baseUrl, { locks });
  await client.refresh();
  expect([...locks.names]).toEqual([]);
});

it.each(["not JSON", "null", "[1]", '"text"', '{"access_token":1}', '{"access_token":"two\\nlines"}'])(
  "%s in storage is nobody",
  async (text) => {
    const storage: TextStorage = sharedStorage();
    storage.setItem("mine", text);
    const client = createClient({ baseUrl, tokens: storageTokens(storage, "mine") });
    expect(await client.isSignedIn()).toBe(false);
    await expect(client.me()).rejects.toMatchObject({ code: "missing_token" });
  },
);
