import { afterEach, describe, expect, it, vi } from "vitest";
import {
  AuthApiError,
  browserTokens,
  type Client,
  createClient,
  memoryTokens,
  type TokenStore,
} from "../../src/client/client.ts";
import { someone } from "../support/api.ts";
import { CLIENT_CALLS } from "../support/client-calls.ts";

/** The error of each call if the network, the store or the platform fails. */

const baseUrl = "https://auth.example.org";

afterEach(() => vi.unstubAllGlobals());

const NEVER = new Promise<never>(() => {});
const tokens = { access_token: "a.b.c", refresh_token: "d.e.f" };
const password = "correct horse";

it("these are all calls", () => {
  const calls = Object.keys(createClient({ baseUrl })).filter(
    (name) => !/^(isSignedIn|fetch|close)$/.test(name),
  );
  expect(Object.keys(CLIENT_CALLS).toSorted()).toEqual(calls.toSorted());
});

const failing = (fail: () => Promise<never>): TokenStore => ({
  lockName: "tokens",
  get: fail,
  set: fail,
  clear: fail,
});

describe.each(Object.entries(CLIENT_CALLS))("%s", (name, call) => {
  const outcome = (client: Client) =>
    call(client).then(
      () => "resolves",
      (error: unknown) => (error instanceof AuthApiError ? error.code : error),
    );

  it("rejects with network_error if nothing ever answers, even if fetch ignores its signal", async () => {
    const client = createClient({
      baseUrl,
      tokens: memoryTokens(tokens),
      timeoutMs: 30,
      fetch: () => NEVER,
      locks: { request: () => NEVER },
    });
    expect(await outcome(client)).toBe("network_error");
  });

  it("rejects with network_error where an answer never ends", async () => {
    const fetch = async () => new Response(new ReadableStream({ pull: () => NEVER }));
    const client = createClient({ baseUrl, tokens: memoryTokens(tokens), timeoutMs: 30, fetch });
    expect(await outcome(client)).toBe("network_error");
  });

  it.each([
    ["hangs", () => NEVER],
    ["fails", () => Promise.reject(new DOMException("The connection is closing", "InvalidStateError"))],
    [
      "throws",
      () => {
        throw new DOMException("Denied", "SecurityError");
      },
    ],
  ])("goes on where the store %s, and says what the service says", async (_, fail) => {
    const fetch = async () => Response.json({ code: "overloaded" }, { status: 503 });
    const client = createClient({ baseUrl, fetch, tokens: failing(fail), timeoutMs: 200 });
    // without tokens there is nothing to refresh, and nothing to end
    const expected =
      name === "refresh"
        ? "missing_token"
        : /^(ready|logout(Access|Refresh)?)$/.test(name)
          ? "resolves"
          : "overloaded";
    expect(await outcome(client)).toBe(expected);
  });
});

it("fetch of one's own rejects with network_error where refreshing never ends, and leaves other origins alone", async () => {
  const fetch: typeof globalThis.fetch = async (input) =>
    String(input).startsWith(baseUrl) ? NEVER : new Response("other");
  const client = createClient({
    baseUrl,
    fetch,
    tokens: memoryTokens({ refresh_token: "d.e.f" }),
    timeoutMs: 30,
  });
  await expect(client.fetch(`${baseUrl}/courses`)).rejects.toMatchObject({ code: "network_error" });
  expect(await (await client.fetch("https://other.example")).text()).toBe("other");
});

it("works without what older browsers lack", async () => {
  const { any, timeout } = AbortSignal;
  Object.assign(AbortSignal, { any: undefined, timeout: undefined });
  for (const name of [
    "structuredClone",
    "BroadcastChannel",
    "navigator",
    "crypto",
    "localStorage",
    "indexedDB",
  ]) {
    vi.stubGlobal(name, undefined);
  }
  try {
    const fetch = async () => Response.json({ username: "ada", ...tokens });
    const client = createClient({ baseUrl, fetch, tokens: browserTokens() });
    await client.register(someone());
    await client.refresh();
    await client.me();
    expect(await client.isSignedIn()).toBe(true);
  } finally {
    Object.assign(AbortSignal, { any, timeout });
  }
});

it("waits as long as it was told where that is longer than a timer can", async () => {
  const fetch = async () => Response.json({ status: "live" });
  for (const timeoutMs of [Number.POSITIVE_INFINITY, 2 ** 31]) {
    expect(await createClient({ baseUrl, fetch, timeoutMs }).live()).toEqual({ status: "live" });
  }
});

it("a request that cannot be written is malformed, and nothing is sent", async () => {
  const fetch = vi.fn<typeof globalThis.fetch>();
  const client = createClient({ baseUrl, fetch });
  const circular: { email: string; self?: unknown } = { email: "ada@example.com" };
  circular.self = circular;
  await expect(client.forgotPassword(circular)).rejects.toMatchObject({
    name: "AuthApiError",
    code: "malformed_request",
    status: 0,
  });
  expect(fetch).not.toHaveBeenCalled();
});

it("sends nothing once a call's time is over", async () => {
  let hold = (_: unknown) => {};
  const store: TokenStore = {
    get: () =>
      new Promise((resolve) => {
        hold = () => resolve(tokens);
      }),
    set: () => {},
    clear: () => {},
  };
  const fetch = vi.fn<typeof globalThis.fetch>(() => NEVER);
  const client = createClient({ baseUrl, fetch, tokens: store, timeoutMs: 40 });
  await expect(client.refresh()).rejects.toMatchObject({ code: "missing_token" });
  await expect(client.login({ username: "ada", password })).rejects.toMatchObject({ code: "network_error" });
  hold(undefined);
  const before = fetch.mock.calls.length;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(fetch.mock.calls.length).toBe(before);
});
