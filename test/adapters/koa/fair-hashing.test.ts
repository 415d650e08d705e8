import { afterEach, expect, it } from "vitest";
import { makeHttpApp } from "../../../src/adapters/koa/app.ts";
import { unreadableRefusals } from "../../../src/adapters/koa/unreadable.ts";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import { type HttpServer, listen } from "../../../src/adapters/node/http-server.ts";
import { gateHasher } from "../../../src/application/limits/hashing-gate.ts";
import { call } from "../../support/api.ts";
import { ada, client, makeCore, testClock } from "../../support/core.ts";
import { HTTP_OPTIONS } from "../../support/http-options.ts";
import { pacedHasher } from "../../support/paced-hasher.ts";

/** One greedy client beside others, over sockets. The test decides when hashes end, so no result depends on time. */

let server: HttpServer | undefined;
afterEach(() => server?.close(0));

const range = (count: number) => Array.from({ length: count }, (_, index) => index);
const emailOf = (index: number) => `o${index}@example.com`;
const atOnce = {
  hash: async (password: string) => `${password} hashed`,
  verify: async (hash: string | undefined, password: string) => hash === `${password} hashed`,
  isOutdated: () => false,
  refuseIfFull() {},
};

/** The calls over HTTP, with a gate of one place and a queue of 64, and with Ada and others registered. */
async function serviceWith(others: number) {
  const settings = { LOGIN_THROTTLE: "on", THROTTLE_REGISTRATION: "1000", THROTTLE_NETWORK: "1000" };
  const shared = { storage: openMemoryStorage(), clock: testClock(new Date()) };
  const ungated = await makeCore(() => ({ hasher: atOnce }), settings, shared);
  await ungated.register(ada);
  for (const index of range(others)) {
    await ungated.register({ ...ada, username: `o${index}`, email: emailOf(index) });
  }
  const tokens: string[] = [];
  while (tokens.length < 15) {
    const { accessToken } = await ungated.login({ email: ada.email, password: ada.password, client });
    tokens.push(accessToken);
  }

  const paced = pacedHasher();
  const limits = { concurrency: 1, queue: 64, deadlineMs: 60_000 };
  const hasher = gateHasher(paced.hasher, limits, () => 0);
  let seated = 0;
  const counting: typeof hasher = {
    ...hasher,
    async verify(...args) {
      seated += 1;
      try {
        return await hasher.verify(...args);
      } finally {
        seated -= 1;
      }
    },
  };
  const { core } = await makeCore(() => ({ hasher: counting }), settings, shared);
  const app = makeHttpApp(core, { ...HTTP_OPTIONS, trustProxyHops: 1, readiness: core.checkHealth });
  server = await listen({
    host: "127.0.0.1",
    port: 0,
    handle: app.callback(),
    refusal: unreadableRefusals(HTTP_OPTIONS.issuer),
  });
  const url = server.address;

  let answered = 0;
  const login = async (json: object, ip: string, token?: string) => {
    const headers = { "x-forwarded-for": ip };
    const { status } = await call(url, "POST /api/login", { json, headers, ...(token && { token }) });
    answered += 1;
    return status;
  };
  /** Waits until each sent request has a place in the queue or an answer. */
  const arrived = async (sent: number) => {
    while (seated + answered < sent) await paced.settled();
  };
  return { login, arrived, work: paced.work, tokens };
}

it("15 sessions of one account with 10 logins in flight each keep none of 48 others of their network out", async () => {
  const { login, arrived, work, tokens } = await serviceWith(48);
  const { email, password } = ada;
  const flood = tokens.flatMap((token) => range(10).map(() => login({ email, password }, client.ip, token)));
  await arrived(150);
  const others = range(48).map((index) => login({ email: emailOf(index), password }, client.ip));
  await arrived(198);
  await work();
  expect(await Promise.all(others)).toEqual(Array(48).fill(200));
  const statuses = await Promise.all(flood);
  expect([200, 503].map((status) => statuses.filter((each) => each === status).length)).toEqual([17, 133]);
}, 120_000);

it("one network with 150 names keeps nobody of ten other networks out", async () => {
  const { login, arrived, work } = await serviceWith(10);
  const names = range(150).map((index) =>
    login(
      { email: `nobody${index}@example.com`, password: "wrong horse" },
      `2001:db8:1:2::${index.toString(16)}`,
    ),
  );
  await arrived(150);
  const others = range(10).map((index) =>
    login({ email: emailOf(index), password: ada.password }, `198.51.100.${index}`),
  );
  await arrived(160);
  await work();
  expect(await Promise.all(others)).toEqual(Array(10).fill(200));
  const statuses = await Promise.all(names);
  expect([401, 503].map((status) => statuses.filter((each) => each === status).length)).toEqual([55, 95]);
}, 120_000);
