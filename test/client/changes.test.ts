import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  type AuthApiError,
  type ClientOptions,
  createClient,
  memoryTokens,
  storageTokens,
  type TokenStore,
  type UserChange,
} from "../../src/client/client.ts";
import type { RunningService } from "../../src/composition/server/service.ts";
import { call, someone } from "../support/api.ts";
import { ROOT } from "../support/project.ts";
import { startTestService } from "../support/service.ts";
import { CLIENT_SETTINGS, expired, sharedStorage } from "../support/typed-client.ts";

/** Changes that clients with a common store see. Real tabs are tested in test/browser. */

let service: RunningService;
let baseUrl: string;
beforeAll(async () => {
  service = await startTestService(CLIENT_SETTINGS);
  baseUrl = service.address;
});
afterAll(() => service.stop());

/** A client and its notifications. */
function clientOn(tokens: TokenStore, options: Partial<ClientOptions> = {}) {
  const changes: UserChange[] = [];
  const ends: AuthApiError[] = [];
  const client = createClient({
    baseUrl,
    tokens,
    onChange: (change) => changes.push(change),
    onSignedOut: (error) => ends.push(error),
    ...options,
  });
  return { client, changes, ends };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

const STORES: Record<string, () => () => TokenStore> = {
  "one store in memory": () => {
    const store = memoryTokens();
    return () => store;
  },
  "two stores of one localStorage": () => {
    const storage = sharedStorage();
    return () => storageTokens(storage);
  },
};

describe.each(Object.entries(STORES))("two clients with %s", (_, makeStores) => {
  it("tell of what either does, and of an end only the one that did not make it", async () => {
    const store = makeStores();
    const [one, other] = [clientOn(store()), clientOn(store())];
    const person = someone();
    await one.client.register(person);
    await one.client.refresh();
    await settled();
    await other.client.logout();
    await settled();
    expect(one.changes).toEqual([
      { state: "signed_in", isOwn: true },
      { state: "signed_out", isOwn: false },
    ]);
    expect(one.ends).toMatchObject([{ name: "AuthApiError", code: "missing_token", status: 0 }]);
    expect(other.changes).toEqual([
      { state: "signed_in", isOwn: false },
      { state: "signed_out", isOwn: true },
    ]);
    expect(other.ends).toEqual([]);
  });

  it("tell of another user, and not that anybody signed out", async () => {
    const store = makeStores();
    const [one, other] = [clientOn(store()), clientOn(store())];
    await one.client.register(someone());
    await settled();
    await other.client.register(someone());
    await settled();
    expect(one.changes.at(-1)).toEqual({ state: "other_user", isOwn: false });
    expect(other.changes.at(-1)).toEqual({ state: "other_user", isOwn: true });
    expect([one.ends, other.ends]).toEqual([[], []]);
  });

  it("do not answer each other for ever where each signs out once told", async () => {
    const store = makeStores();
    const shared = store();
    const set = vi.spyOn(shared, "set");
    const answering = (): ReturnType<typeof clientOn> => {
      const own: ReturnType<typeof clientOn> = clientOn(shared, {
        onSignedOut: (error) => {
          own.ends.push(error);
          own.client.logout();
        },
      });
      return own;
    };
    const [one, other] = [answering(), answering()];
    await one.client.register(someone());
    await settled();
    const before = set.mock.calls.length;
    await one.client.logout();
    await settled();
    expect([one.ends.length, other.ends.length, set.mock.calls.length - before]).toEqual([0, 1, 1]);
  });

  it("tell of nothing once closed, and go on to work", async () => {
    const store = makeStores();
    const [one, other] = [clientOn(store()), clientOn(store())];
    await one.client.register(someone());
    await settled();
    other.client.close();
    other.client.close();
    await one.client.logout();
    await settled();
    expect(other.changes).toHaveLength(1);
    expect(await other.client.isSignedIn()).toBe(false);
  });
});

it("an end that the service made is told by its code, once in each client", async () => {
  const store = memoryTokens();
  const [one, other] = [clientOn(store), clientOn(store)];
  await one.client.register(someone());
  await settled();
  const { access_token = "", refresh_token = "" } = (await store.get()) ?? {};
  await store.set({ access_token: await expired(access_token), refresh_token });
  await call(baseUrl, "POST /api/logout", { token: refresh_token });
  await Promise.allSettled(Array.from({ length: 10 }, () => one.client.me()));
  await settled();
  expect([one.ends.map(({ code }) => code), other.ends.length]).toEqual([["revoked_token"], 1]);
  expect(one.changes.at(-1)).toEqual({ state: "signed_out", isOwn: false });
});

it("calls that are refused while one's own logout is on its way tell of no end", async () => {
  let go = () => {};
  const held = new Promise<void>((resolve) => {
    go = resolve;
  });
  const late: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (String(input).endsWith("/logout")) await held;
    return response;
  };
  const { client, ends, changes } = clientOn(memoryTokens(), { fetch: late });
  const { access_token } = await client.register(someone());
  const left = client.logout();
  await vi.waitUntil(async () => {
    const { status } = await call(baseUrl, "GET /api/me", { token: access_token ?? "" });
    return status === 401;
  });
  await expect(client.me()).rejects.toMatchObject({ code: "revoked_token" });
  go();
  await left;
  expect(ends).toEqual([]);
  expect(changes.at(-1)).toEqual({ state: "signed_out", isOwn: true });
});

it("a user who is signed in from the start is no change", async () => {
  const store = memoryTokens({ access_token: "a.b.c", refresh_token: "d.e.f" });
  const { client, changes } = clientOn(store);
  await client.isSignedIn();
  expect(changes).toEqual([]);
});

it("a store of one's own without `subscribe` is looked into by the next call", async () => {
  const { subscribe: _, ...store } = memoryTokens();
  const [one, other] = [clientOn(store), clientOn(store)];
  await one.client.register(someone());
  expect(await other.client.isSignedIn()).toBe(true);
  await one.client.logout();
  await settled();
  expect(other.ends).toEqual([]);
  await expect(other.client.me()).rejects.toMatchObject({ code: "missing_token" });
  expect(other.ends).toHaveLength(1);
});

it("a store whose `subscribe` throws is a fault, and its tokens serve", async () => {
  const faults: unknown[] = [];
  const store: TokenStore = {
    ...memoryTokens(),
    subscribe() {
      throw new Error("no events");
    },
  };
  const { client } = clientOn(store, { onStorageFault: (error) => faults.push(error) });
  await client.register(someone());
  expect(faults).toEqual([new Error("no events")]);
});

it("what was read before a change, and comes after it, does not undo it", async () => {
  const answers: (() => void)[] = [];
  let held = {};
  const slow: TokenStore = {
    get: () => {
      const found = held;
      return new Promise((resolve) => answers.push(() => resolve(found)));
    },
    set: (tokens) => {
      held = tokens;
    },
    clear: () => {
      held = {};
    },
  };
  const { client, changes } = clientOn(slow);
  answers[0]?.();
  await settled();
  const early = client.isSignedIn();
  held = { access_token: "a.b.c" };
  const late = client.isSignedIn();
  answers[2]?.();
  expect(await late).toBe(true);
  answers[1]?.();
  await early;
  expect(changes).toEqual([{ state: "signed_in", isOwn: false }]);
});

it("a Node process with clients that listen ends by itself", async () => {
  const script = `
    import { browserTokens, createClient, memoryTokens, storageTokens } from "hbtu-connect-auth/client";
    const storage = { getItem: () => null, setItem() {}, removeItem() {} };
    for (const tokens of [memoryTokens(), storageTokens(storage), browserTokens()]) {
      createClient({ baseUrl: "http://127.0.0.1:9", tokens, onChange() {} });
    }`;
  const options = { cwd: ROOT, timeout: 15_000 };
  const { stderr } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", script],
    options,
  );
  expect(stderr).toBe("");
});
