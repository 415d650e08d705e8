import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { AuthApiError, type ClientOptions, createClient, memoryTokens } from "../../src/client/client.ts";
import type { RunningService } from "../../src/composition/server/service.ts";
import { call } from "../support/api.ts";
import { startTestService } from "../support/service.ts";
import { CLIENT_SETTINGS, clientOfSomeone, expired } from "../support/typed-client.ts";

/** Refreshing with rotation, and the end of a session. */

const REFRESH = "POST /api/token/refresh";

let service: RunningService;
let baseUrl: string;
beforeAll(async () => {
  service = await startTestService(CLIENT_SETTINGS);
  baseUrl = service.address;
});
afterAll(() => service.stop());

/** A user whose access token has just expired. */
async function someoneExpired(options: Partial<ClientOptions> = {}) {
  const store = memoryTokens();
  const onSignedOut = vi.fn<(error: AuthApiError) => void>();
  const someone = await clientOfSomeone(baseUrl, { tokens: store, onSignedOut, ...options });
  const expire = async () => {
    const held = await store.get();
    await store.set({ ...held, access_token: await expired(held?.access_token ?? "") });
  };
  await expire();
  return { ...someone, store, expire, onSignedOut };
}

const broken = () => Promise.reject(new TypeError("the network is away"));
const unavailable = async () =>
  Response.json(
    { code: "storage_unavailable", detail: "Later" },
    { status: 503, headers: { "retry-after": "7" } },
  );

/** A `fetch` that replaces one refresh, by its number from 0. */
function refreshing(
  instead: Record<number, (ask: () => Promise<Response>) => Promise<Response>>,
): typeof fetch {
  let nth = 0;
  return (input, init) => {
    const ask = () => fetch(input, init);
    if (!String(input).endsWith("/api/token/refresh")) return ask();
    nth += 1;
    return (instead[nth - 1] ?? ((it) => it()))(ask);
  };
}

describe("an access token that is over", () => {
  it("is replaced once for 20 calls at the same time, and once more when the next is over", async () => {
    const { client, person, count, expire } = await someoneExpired();
    for (const round of [1, 2]) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => client.me()));
      expect(answers.map(({ email }) => email)).toEqual(Array(20).fill(person.email));
      expect(count(REFRESH)).toBe(round);
      await expire();
    }
  });

  it("is replaced once where a refusal comes after the refresh", async () => {
    let refreshed = () => {};
    const isRefreshed = new Promise<void>((resolve) => {
      refreshed = resolve;
    });
    const slow: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      if (String(input).endsWith("/sessions") && response.status === 401) await isRefreshed;
      return response;
    };
    const { client, count } = await someoneExpired({ fetch: slow });
    const listed = client.sessions();
    await client.me();
    refreshed();
    expect((await listed).sessions).toHaveLength(1);
    expect(count(REFRESH)).toBe(1);
  });

  it("is replaced where it was never valid, and the call made again with its body", async () => {
    const { client, person, store, tokens, requests } = await someoneExpired();
    await store.set({ ...tokens, access_token: `${tokens.access_token}x` });
    await client.updateProfile({ password: person.password, username: `${person.username}y` });
    expect(requests).toEqual(["PATCH /api/me", REFRESH, "PATCH /api/me"]);
  });

  it("is replaced once and no more where the next is refused as well", async () => {
    const refusing: typeof fetch = async (input, init) =>
      String(input).endsWith("/api/me")
        ? Response.json({ code: "invalid_token" }, { status: 401 })
        : fetch(input, init);
    const { client, requests } = await someoneExpired({ fetch: refusing });
    await expect(client.me()).rejects.toMatchObject({ code: "invalid_token" });
    expect(requests).toEqual(["GET /api/me", REFRESH, "GET /api/me"]);
  });

  it("is stored together with the next refresh token", async () => {
    const { client, store, tokens } = await someoneExpired();
    const set = vi.spyOn(store, "set");
    await client.me();
    expect(set).toHaveBeenCalledOnce();
    const { refresh_token } = (await store.get()) ?? {};
    expect(refresh_token).not.toBe(tokens.refresh_token);
    expect(set).toHaveBeenCalledWith({ access_token: expect.any(String), refresh_token });
  });

  it("is replaced where the first answer with the next refresh token got lost", async () => {
    const lost = async (ask: () => Promise<Response>) => {
      await ask();
      return broken();
    };
    const { client, person, count } = await someoneExpired({ fetch: refreshing({ 0: lost }) });
    expect(await client.me()).toMatchObject({ email: person.email });
    expect(count(REFRESH)).toBe(2);
    await client.refresh();
  });

  it("stays, and the user signed in, where refreshing cannot be done now", async () => {
    const fetch = refreshing({ 0: broken, 1: broken, 2: unavailable });
    const { client, person, store, onSignedOut } = await someoneExpired({ fetch });
    const before = await store.get();
    await expect(client.me()).rejects.toMatchObject({ code: "network_error", status: 0 });
    await expect(client.me()).rejects.toMatchObject({
      code: "storage_unavailable",
      status: 503,
      retryAfter: 7,
    });
    expect(await store.get()).toEqual(before);
    expect(onSignedOut).not.toHaveBeenCalled();
    expect(await client.me()).toMatchObject({ email: person.email });
  });
});

describe("a session that is over", () => {
  it("is reported once, by the first call that finds it, and its tokens are removed", async () => {
    const { client, store, tokens, count, onSignedOut } = await someoneExpired();
    await call(baseUrl, "POST /api/logout", { token: tokens.refresh_token ?? "" });
    const calls = await Promise.allSettled(Array.from({ length: 20 }, () => client.me()));
    expect(calls.map((each) => each.status === "rejected" && each.reason.code)).toEqual(
      Array(20).fill("revoked_token"),
    );
    expect(count(REFRESH)).toBe(1);
    expect(onSignedOut).toHaveBeenCalledOnce();
    expect(onSignedOut.mock.calls[0]?.[0]).toBeInstanceOf(AuthApiError);
    expect(await store.get()).toEqual({ former_token: tokens.refresh_token });
    await expect(client.me()).rejects.toMatchObject({ code: "missing_token" });
  });

  it("is not refreshed where the access token is said to be revoked", async () => {
    const { client, store, tokens, requests, onSignedOut } = await someoneExpired();
    await store.set(tokens);
    await call(baseUrl, "POST /api/logout", { token: tokens.refresh_token ?? "" });
    await Promise.allSettled(Array.from({ length: 20 }, () => client.me()));
    expect(new Set(requests)).toEqual(new Set(["GET /api/me"]));
    expect(onSignedOut).toHaveBeenCalledOnce();
    expect(await client.isSignedIn()).toBe(false);
  });

  it("is told of by its code where its refresh token was used by another", async () => {
    const { client, tokens, onSignedOut } = await someoneExpired();
    let stolen = tokens.refresh_token ?? "";
    for (let step = 0; step < 2; step += 1) {
      const { body } = await call(baseUrl, REFRESH, { token: stolen });
      stolen = body.refresh_token;
    }
    await expect(client.me()).rejects.toMatchObject({ code: "reused_token" });
    expect(onSignedOut.mock.calls).toMatchObject([[{ code: "reused_token" }]]);
  });

  it("is not told of where the client ended it itself", async () => {
    const { client, expire, onSignedOut } = await someoneExpired();
    await client.refresh();
    await expire();
    await Promise.allSettled([client.logout(), client.me()]);
    expect(onSignedOut).not.toHaveBeenCalled();
    expect(await client.isSignedIn()).toBe(false);
  });

  it("does not affect a user who signed in meanwhile", async () => {
    const { client, credentials, store, tokens, onSignedOut } = await someoneExpired();
    await store.set(tokens);
    await call(baseUrl, "POST /api/logout", { token: tokens.refresh_token ?? "" });
    const again = await createClient({ baseUrl }).login(credentials);
    const late = client.me();
    await store.set(again);
    await expect(late).rejects.toMatchObject({ code: "revoked_token" });
    expect(onSignedOut).not.toHaveBeenCalled();
    expect(await client.me()).toMatchObject({ email: credentials.email });
  });
});

it("a refresh that ends after a logout brings nothing back", async () => {
  let go = () => {};
  const held = new Promise<void>((resolve) => {
    go = resolve;
  });
  const slow = async (ask: () => Promise<Response>) => {
    const response = await ask();
    await held;
    return response;
  };
  const { client, count } = await someoneExpired({ fetch: refreshing({ 0: slow }) });
  const late = client.me();
  await vi.waitUntil(() => count(REFRESH) === 1);
  await client.logout();
  go();
  await expect(late).rejects.toMatchObject({ code: "expired_token" });
  expect(await client.isSignedIn()).toBe(false);
});

it("a request of one user is not sent as another who signed in meanwhile", async () => {
  const one = await someoneExpired();
  const other = await clientOfSomeone(baseUrl);
  const late = one.client.updateProfile({ password: one.person.password, username: "mine now" });
  await one.store.set(other.tokens);
  await expect(late).rejects.toMatchObject({ code: "expired_token" });
  expect(one.requests).toEqual(["PATCH /api/me"]);
});

it("a known device is one that logs in with what it had before", async () => {
  const sent: (string | null)[] = [];
  const fetching: typeof fetch = (input, init) => {
    sent.push(new Headers(init?.headers).get("authorization"));
    return fetch(input, init);
  };
  const { client, credentials, tokens } = await clientOfSomeone(baseUrl, { fetch: fetching });
  await client.logout();
  await client.login(credentials);
  expect(sent.at(-1)).toBe(`Bearer ${tokens.refresh_token}`);
});
