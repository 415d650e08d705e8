import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type AuthApiError, type ClientOptions, memoryTokens } from "../../src/client/client.ts";
import type { RunningService } from "../../src/composition/server/service.ts";
import { startTestService } from "../support/service.ts";
import { CLIENT_SETTINGS, clientOfSomeone } from "../support/typed-client.ts";

/** `client.fetch` against APIs that ask the service about each token. */

interface Asked {
  readonly method: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Refusals of an API: the service's error document, only the challenge, or a bare 401. */
type Manner = "problem" | "challenge" | "bare";

let service: RunningService;
let api: Awaited<ReturnType<typeof startApi>>;
let elsewhere: Awaited<ReturnType<typeof startApi>>;
beforeAll(async () => {
  service = await startTestService(CLIENT_SETTINGS);
  [api, elsewhere] = await Promise.all([startApi(), startApi()]);
});
beforeEach(() => {
  for (const each of [api, elsewhere]) each.asked.length = 0;
});
afterAll(async () => {
  for (const each of [api, elsewhere]) await each.end();
  await service.stop();
});

/** Echoes the body for tokens that the service's `me` accepts. */
async function startApi() {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const { method, headers, url = "" } = request;
    const body = await text(request);
    asked.push({ method, headers, body });
    const [, manner, to = ""] = url.split("/");
    if (manner === "redirect") return response.writeHead(307, { location: decodeURIComponent(to) }).end();
    const { authorization = "" } = headers;
    const me = await fetch(`${service.address}/api/me`, { headers: { authorization } });
    return me.ok ? response.end(body) : refuse(response, manner as Manner, await me.text());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const end = () => new Promise((resolve) => server.close(resolve));
  return { url: `http://127.0.0.1:${port}`, asked, end };
}

function refuse(response: ServerResponse, manner: Manner, problem: string): void {
  response.statusCode = 401;
  if (manner === "problem") response.setHeader("content-type", "application/problem+json");
  if (manner === "challenge")
    response.setHeader("www-authenticate", 'Bearer realm="api", error="invalid_token"');
  response.end(manner === "problem" ? problem : "no");
}

/** A user with an invalid access token, and a client that may send it to one API. */
async function someoneRefused(options: Partial<ClientOptions> = {}) {
  const tokens = memoryTokens();
  const onSignedOut = vi.fn<(error: AuthApiError) => void>();
  const someone = await clientOfSomeone(service.address, {
    tokens,
    apiOrigins: [`${api.url}/of-which-the-origin-counts`],
    onSignedOut,
    ...options,
  });
  await tokens.set({ ...someone.tokens, access_token: `${someone.tokens.access_token}x` });
  return { ...someone, store: tokens, onSignedOut };
}

const REFRESH = "POST /api/token/refresh";
const sentTo = ({ asked }: { asked: Asked[] }) => asked.map(({ headers }) => headers.authorization);

describe("an access token that is over", () => {
  it.each<Manner>(["problem", "challenge", "bare"])(
    "is replaced where the API says so by %s",
    async (manner) => {
      const { client, store, count } = await someoneRefused();
      const before = await store.get();
      const init = { method: "POST", body: "a body", headers: { "x-mine": "kept" } };
      const answers = await Promise.all([0, 1, 2].map(() => client.fetch(`${api.url}/${manner}`, init)));
      for (const answer of answers) expect([answer.status, await answer.text()]).toEqual([200, "a body"]);
      expect(count(REFRESH)).toBe(1);
      const { access_token } = (await store.get()) ?? {};
      const first = Array(3).fill(`Bearer ${before?.access_token}`);
      expect(sentTo(api)).toEqual([...first, ...Array(3).fill(`Bearer ${access_token}`)]);
      for (const { method, headers, body } of api.asked) {
        expect([method, headers["x-mine"], body]).toEqual(["POST", "kept", "a body"]);
      }
    },
  );

  it("is replaced for each kind of body that can be sent again, and for a Request", async () => {
    const { client, store } = await someoneRefused();
    const held = await store.get();
    const url = new URL(`${api.url}/problem`);
    const bodies = ["text", new Blob(["text"]), new TextEncoder().encode("text")];
    const inits = bodies.map((body): RequestInit => ({ method: "PUT", body }));
    const requests = [
      new Request(url, inits[0]),
      new Request(url, { method: "PUT", body: new Blob(["text"]) }),
    ];
    const sending = [
      ...inits.map((init) => () => client.fetch(url, init)),
      ...requests.map((request) => () => client.fetch(request)),
      () => client.fetch(new Request(url), { method: "PUT", body: "text" }),
    ];
    for (const send of sending) {
      await store.set({ ...(await store.get()), access_token: held?.access_token });
      const answer = await send();
      expect([answer.status, await answer.text()]).toEqual([200, "text"]);
    }
  });

  it("leaves the 401 where the body was a stream, which is gone", async () => {
    const { client, count } = await someoneRefused();
    async function* pieces() {
      yield new TextEncoder().encode("a stream");
    }
    for (const body of [new Blob(["a stream"]).stream(), pieces()]) {
      // the types of fetch know neither of the two
      const init = { method: "POST", body, duplex: "half" } as unknown as RequestInit;
      expect((await client.fetch(`${api.url}/problem`, init)).status).toBe(401);
    }
    expect(api.asked.map(({ body }) => body)).toEqual(["a stream", "a stream"]);
    expect(count(REFRESH)).toBe(0);
    await client.refresh();
    const stream = new Blob(["a stream"]).stream();
    const again = { method: "POST", body: stream, duplex: "half" } as RequestInit;
    expect((await client.fetch(`${api.url}/problem`, again)).status).toBe(200);
  });
});

describe("a session that is over", () => {
  it("leaves the 401 as the API wrote it, and is told of once", async () => {
    const { client, tokens, onSignedOut } = await someoneRefused();
    await client.revokeToken(tokens.refresh_token ?? "");
    for (const code of ["invalid_token", "missing_token"]) {
      const answer = await client.fetch(`${api.url}/problem`);
      expect([answer.status, await answer.json()]).toMatchObject([401, { code }]);
    }
    expect(onSignedOut).toHaveBeenCalledOnce();
    expect(await client.isSignedIn()).toBe(false);
  });

  it("is not what it looks like where the service cannot be asked: the call rejects", async () => {
    const away: typeof fetch = (input, init) =>
      String(input).endsWith("/refresh") ? Promise.reject(new TypeError("away")) : fetch(input, init);
    const { client, onSignedOut } = await someoneRefused({ fetch: away });
    await expect(client.fetch(`${api.url}/problem`)).rejects.toMatchObject({ code: "network_error" });
    expect(onSignedOut).not.toHaveBeenCalled();
    expect(await client.isSignedIn()).toBe(true);
  });
});

describe("the access token", () => {
  it("goes to the origins that were named, and to no other", async () => {
    const { client } = await someoneRefused();
    await client.refresh();
    const url = `${elsewhere.url}/bare?${api.url}`;
    for (const input of [url, new URL(url), new Request(url)]) await client.fetch(input);
    expect(sentTo(elsewhere)).toEqual([undefined, undefined, undefined]);
    await client.fetch(`${api.url}/bare`);
    expect(sentTo(api)).toEqual([expect.stringMatching(/^Bearer e/)]);
    expect(await (await client.fetch(`${service.address}/api/me`)).json()).toMatchObject({
      id: expect.any(String),
    });
  });

  it("does not follow a redirect to another origin", async () => {
    const { client } = await someoneRefused();
    await client.refresh();
    await client.fetch(`${api.url}/redirect/${encodeURIComponent(`${elsewhere.url}/bare`)}`);
    expect(sentTo(api)).toEqual([expect.stringMatching(/^Bearer e/)]);
    expect(sentTo(elsewhere)).toEqual([undefined]);
  });

  it("gives way to an Authorization of the caller's own", async () => {
    const { client, count } = await someoneRefused();
    const headers = { authorization: "Basic bWU6bWU=" };
    expect((await client.fetch(`${api.url}/challenge`, { headers })).status).toBe(401);
    expect((await client.fetch(new Request(`${api.url}/challenge`, { headers }))).status).toBe(401);
    expect(sentTo(api)).toEqual([headers.authorization, headers.authorization]);
    expect(count(REFRESH)).toBe(0);
  });

  it("is asked for first where there is only a refresh token", async () => {
    const { client, store, tokens } = await someoneRefused();
    await store.set({ refresh_token: tokens.refresh_token });
    expect((await client.fetch(`${api.url}/bare`)).status).toBe(200);
    expect(api.asked).toHaveLength(1);
  });
});
