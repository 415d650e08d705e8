import { afterEach, describe, expect, it, vi } from "vitest";
import {
  type AuthApiError,
  type ClientOptions,
  createClient,
  memoryTokens,
  storageTokens,
  type TextStorage,
} from "../../src/client/client.ts";
import { sharedStorage } from "../support/typed-client.ts";

/** How `client.fetch` handles a 401 of an API, and how often it refreshes for one that always answers 401. */

const baseUrl = "https://auth.example.org";
const API = "https://api.example.org";
const TTL = 900;
const MINUTE_MS = 60_000;

afterEach(() => vi.useRealTimers());

const encoded = (part: object) => btoa(JSON.stringify(part)).replaceAll("=", "");
let made = 0;
/** A token with readable times, as the service's tokens have. */
function token(iat: number, sub = "ada"): string {
  made += 1;
  return `e30.${encoded({ sub, iat, exp: iat + TTL, jti: made })}.x`;
}

const seconds = () => Math.floor(Date.now() / 1_000);

interface World {
  /** Seconds that the service's clock is ahead of the page's. */
  aheadS: number;
  /** Replaces the refresh. */
  refresh?: () => Promise<Response>;
  /** The answer of the API. */
  answer(accessToken: string): Response;
}

/** A service that grants every refresh, and an API whose answers the test decides. */
function worldOf(given: Partial<World>) {
  const world: World = { aheadS: 0, answer: () => bare(), ...given };
  const sent: string[] = [];
  const bodies: unknown[] = [];
  let refreshes = 0;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (!String(input).startsWith(baseUrl)) {
      const accessToken = String(new Headers(init?.headers).get("authorization")).slice("Bearer ".length);
      sent.push(accessToken);
      bodies.push(init?.body);
      return world.answer(accessToken);
    }
    refreshes += 1;
    return world.refresh?.() ?? Response.json({ access_token: token(seconds() + world.aheadS) });
  };
  const client = (options: Partial<ClientOptions> = {}) =>
    createClient({ baseUrl, apiOrigins: [API], fetch, ...options });
  return { world, client, sent, bodies, refreshes: () => refreshes };
}

const bare = () => new Response("Authentication Error", { status: 401 });
const challenge = (error: string) =>
  new Response("", { status: 401, headers: { "www-authenticate": `Bearer error="${error}"` } });
const problem = (code: string) =>
  new Response(JSON.stringify({ code }), {
    status: 401,
    headers: { "content-type": "application/problem+json" },
  });

const signedIn = (accessToken: string) => ({ access_token: accessToken, refresh_token: "r" });

/** A client whose access token is valid for that time, by the clocks of the service and of the page. */
function someone(given: Partial<World>, leftS = TTL, options: Partial<ClientOptions> = {}) {
  const it = worldOf(given);
  const first = token(seconds() + leftS - TTL);
  const tokens = memoryTokens(signedIn(first));
  const onSignedOut = vi.fn<(error: AuthApiError) => void>();
  return { ...it, first, tokens, onSignedOut, client: it.client({ tokens, onSignedOut, ...options }) };
}

describe("a 401 without a word", () => {
  it("is worth one refresh, and the request is sent again", async () => {
    const { client, first, sent, refreshes } = someone({
      answer: (accessToken) => (accessToken === first ? bare() : new Response("welcome")),
    });
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.fetch(API)));
    expect(new Set(await Promise.all(answers.map((it) => it.text())))).toEqual(new Set(["welcome"]));
    expect([sent.length, refreshes()]).toEqual([40, 1]);
  });

  it("stands where the next token is refused as well, and the user stays signed in", async () => {
    const { client, sent, refreshes, onSignedOut } = someone({});
    const answer = await client.fetch(API);
    expect([answer.status, await answer.text()]).toEqual([401, "Authentication Error"]);
    expect([sent.length, refreshes()]).toEqual([2, 1]);
    expect(onSignedOut).not.toHaveBeenCalled();
    expect(await client.isSignedIn()).toBe(true);
  });

  it("stands where the service cannot be asked: it may be about something else", async () => {
    const refresh = () => Promise.reject(new TypeError("away"));
    const { client, onSignedOut } = someone({ refresh });
    expect((await client.fetch(API)).status).toBe(401);
    expect(onSignedOut).not.toHaveBeenCalled();
  });

  it("rejects where the service cannot be asked and the token is over", async () => {
    const { client } = someone({ refresh: () => Promise.reject(new TypeError("away")) }, -1);
    await expect(client.fetch(API)).rejects.toMatchObject({ code: "network_error" });
  });

  it("is not worth a refresh where nobody is signed in, or there is no refresh token", async () => {
    const { client, tokens, refreshes, onSignedOut } = someone({});
    await tokens.set({ access_token: token(seconds()) });
    expect((await client.fetch(API)).status).toBe(401);
    expect(onSignedOut).not.toHaveBeenCalled();
    await tokens.clear();
    expect((await client.fetch(API)).status).toBe(401);
    expect(refreshes()).toBe(0);
  });

  it("ends the session where the service says so as it refreshes", async () => {
    const refresh = async () => Response.json({ code: "revoked_token" }, { status: 401 });
    const { client, onSignedOut } = someone({ refresh });
    expect((await client.fetch(API)).status).toBe(401);
    expect(onSignedOut.mock.calls).toMatchObject([[{ code: "revoked_token" }]]);
  });
});

describe("a 401 that says something else", () => {
  const CASES = [() => problem("wrong_course"), () => challenge("insufficient_user_authentication")];
  it.each(CASES)("is the answer while the token is good", async (answer) => {
    const { client, refreshes } = someone({ answer });
    expect((await client.fetch(API)).status).toBe(401);
    expect(refreshes()).toBe(0);
  });

  it.each(CASES)("is worth a refresh in the last seconds of the token", async (answer) => {
    const { client, refreshes } = someone({ answer }, 20);
    expect((await client.fetch(API)).status).toBe(401);
    expect(refreshes()).toBe(1);
  });
});

describe("an access token that is over", () => {
  it("is replaced before it is sent, so that a stream is not in vain", async () => {
    const { client, first, sent, refreshes } = someone({ answer: () => new Response("welcome") }, -1);
    const body = new Blob(["a stream"]).stream();
    await Promise.all([client.fetch(API, { method: "POST", body }), client.fetch(API)]);
    expect(sent).not.toContain(first);
    expect([sent.length, refreshes()]).toEqual([2, 1]);
  });

  it("is sent all the same where the service cannot be asked: the page's clock may be wrong", async () => {
    const refresh = () => Promise.reject(new TypeError("away"));
    const { client, first, sent } = someone({ refresh, answer: () => new Response("welcome") }, -1);
    expect((await client.fetch(API)).status).toBe(200);
    expect(sent).toEqual([first]);
  });

  it.each([-86_400, 86_400])(
    "is told by the service's clock, be it %i s ahead of the page's",
    async (aheadS) => {
      const storage = sharedStorage();
      const { client, refreshes } = worldOf({ aheadS, answer: () => new Response("welcome") });
      const tabs = [0, 1].map(() => client({ tokens: storageTokens(storage) }));
      await storageTokens(storage).set(signedIn(token(seconds() + aheadS)));
      for (let round = 0; round < 20; round += 1) {
        for (const tab of tabs) expect((await tab.fetch(API)).status).toBe(200);
      }
      // each tab learns the offset of the clock by its first refresh
      expect(refreshes()).toBe(aheadS < 0 ? 2 : 0);
    },
  );

  it("is not looked for where tokens show no times, or times that cannot be", async () => {
    const { client, tokens, refreshes } = someone({ answer: () => new Response("welcome") });
    const opaque = ["opaque", "a.b.c", `e30.${encoded({ iat: 9, exp: 9 })}.x`, `e30.${btoa("null")}.x`];
    for (const accessToken of opaque) {
      await tokens.set(signedIn(accessToken));
      expect((await client.fetch(API)).status).toBe(200);
    }
    expect(refreshes()).toBe(0);
  });
});

describe("an API that always answers 401", () => {
  const MANNERS = {
    bare,
    invalid_token: () => challenge("invalid_token"),
    problem: () => problem("expired_token"),
  };

  it.each(Object.entries(MANNERS))("with %s costs one refresh, not one for each call", async (_, answer) => {
    const { client, refreshes, onSignedOut } = someone({ answer });
    for (let call = 0; call < 50; call += 1) expect((await client.fetch(API)).status).toBe(401);
    await Promise.all(Array.from({ length: 50 }, () => client.fetch(API)));
    expect(refreshes()).toBe(1);
    expect(onSignedOut).not.toHaveBeenCalled();
  });

  it("in two tabs costs each at most one refresh a minute", async () => {
    vi.useFakeTimers({ toFake: ["Date", "performance"] });
    const storage: TextStorage = sharedStorage();
    const { client, refreshes } = worldOf({});
    await storageTokens(storage).set(signedIn(token(seconds())));
    const tabs = [0, 1].map(() => client({ tokens: storageTokens(storage) }));
    for (const minute of [1, 2, 3]) {
      for (let call = 0; call < 20; call += 1) for (const tab of tabs) await tab.fetch(API);
      expect(refreshes()).toBeLessThanOrEqual(minute * tabs.length);
      vi.advanceTimersByTime(MINUTE_MS);
    }
  });

  it("beside one that takes each token only the second time: at most one refresh a minute", async () => {
    vi.useFakeTimers({ toFake: ["Date", "performance"] });
    let asked = 0;
    const answer = () => {
      asked += 1;
      return asked % 2 === 1 ? bare() : new Response("welcome");
    };
    const { client, refreshes } = someone({ answer });
    for (let call = 0; call < 50; call += 1) await client.fetch(API);
    expect(refreshes()).toBe(1);
    vi.advanceTimersByTime(MINUTE_MS);
    for (let call = 0; call < 50; call += 1) await client.fetch(API);
    expect(refreshes()).toBe(2);
  });

  it("leaves the next expiry to be healed", async () => {
    vi.useFakeTimers({ toFake: ["Date", "performance"] });
    let isBroken = true;
    let good = "";
    const { client, refreshes } = someone({
      answer: (accessToken) => {
        if (isBroken) return bare();
        good ||= accessToken;
        return accessToken === good ? new Response("welcome") : bare();
      },
    });
    await client.fetch(API);
    isBroken = false;
    vi.advanceTimersByTime(TTL * 1_000);
    expect((await client.fetch(API)).status).toBe(200);
    expect(refreshes()).toBe(2);
  });
});

it("a request of one user is not sent again as another", async () => {
  const { client, tokens, sent } = someone({
    answer: () => {
      tokens.set(signedIn(token(seconds(), "eve")));
      return bare();
    },
  });
  expect((await client.fetch(API)).status).toBe(401);
  expect(sent).toHaveLength(1);
});
