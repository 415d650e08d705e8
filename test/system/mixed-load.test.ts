import { describe, expect, it } from "vitest";
import { call, someone } from "../support/api.ts";
import { sharedStorages } from "../support/storage-choices.ts";
import { startTwoServers } from "../support/two-servers.ts";

/** `npm run test:load` runs for a minute. */
const SECONDS = Number(process.env.MIXED_LOAD_SECONDS ?? 5);
const CLIENTS = 8;

interface Session {
  access: string;
  refresh: string;
}

/**
 * A client that acts as a user does, by either process, and checks after each answer on one of them that the
 * acknowledged state holds.
 */
function person(urls: readonly [string, string], random: () => number) {
  const { username, email, password } = someone();
  const secret = { current: password };
  const live: Session[] = [];
  const dead: Session[] = [];
  let operations = 0;

  const either = () => urls[random() < 0.5 ? 0 : 1];
  const api = (request: string, token?: string, json?: object) => {
    operations += 1;
    return call(either(), request, { ...(token && { token }), ...(json && { json }) });
  };
  const bury = (sessions: Session[]) => dead.push(...sessions.splice(0));

  async function register(): Promise<void> {
    const json = { username, email, password };
    const answers = await Promise.all([
      api("POST /api/register", undefined, json),
      api("POST /api/register", undefined, { ...json, email: email.toUpperCase() }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    for (const { status, body } of answers) if (status === 201) begin(body);
  }

  function begin(body: { access_token: string; refresh_token: string }): void {
    live.push({ access: body.access_token, refresh: body.refresh_token });
  }

  async function login(): Promise<void> {
    const { status, body } = await api("POST /api/login", undefined, { email, password: secret.current });
    expect(status).toBe(200);
    begin(body);
  }

  const actions: ((own: Session) => Promise<void>)[] = [
    login,
    async (own) => {
      const answers = await Promise.all([1, 2, 3].map(() => api("POST /api/token/refresh", own.refresh)));
      expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
      own.refresh = answers[0]?.body.refresh_token;
      own.access = answers[0]?.body.access_token;
    },
    async (own) => {
      expect((await api("POST /api/logout", own.refresh)).status).toBe(200);
      dead.push(...live.splice(live.indexOf(own), 1));
    },
    async (own) => {
      const { body } = await api("POST /api/logout/others", own.access);
      expect(body.sessions_ended).toBe(live.length - 1);
      bury(live);
      live.push(...dead.splice(dead.indexOf(own), 1));
    },
    async (own) => {
      const { body } = await api("POST /api/logout/all", own.access);
      expect(body.sessions_ended).toBe(live.length);
      bury(live);
    },
    async (own) => {
      const next = `${secret.current.slice(0, 20)} ${operations}`;
      const json = { current_password: secret.current, new_password: next };
      expect((await api("POST /api/password", own.access, json)).body.sessions_ended).toBe(live.length - 1);
      const old = await api("POST /api/login", undefined, { email, password: secret.current });
      expect(old.status).toBe(401);
      secret.current = next;
      bury(live);
      live.push(...dead.splice(dead.indexOf(own), 1));
    },
  ];

  async function check(): Promise<void> {
    for (const session of live) expect((await api("GET /api/me", session.access)).status).toBe(200);
    for (const session of dead.splice(0)) {
      expect((await api("GET /api/me", session.access)).status).toBe(401);
      expect((await api("GET /api/token/refresh", session.refresh)).status).toBe(401);
    }
  }

  return async function spend(until: number): Promise<number> {
    await register();
    while (Date.now() < until) {
      if (live.length === 0) await login();
      const own = live[Math.floor(random() * live.length)] as Session;
      await actions[Math.floor(random() * actions.length)]?.(own);
      await check();
    }
    return operations;
  };
}

/** Small and good enough, so that a run can be repeated by its seed (mulberry32). */
function randomFrom(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe.each(sharedStorages)("two processes on $name", (storage) => {
  it(
    `hold what they acknowledged through ${SECONDS} s of mixed load`,
    async () => {
      const seed = Number(process.env.MIXED_LOAD_SEED ?? Date.now() % 1_000_000);
      console.log(`mixed load on ${storage.name}: MIXED_LOAD_SEED=${seed}`);
      const servers = await startTwoServers(storage, { REFRESH_ROTATION: "true" });
      const until = Date.now() + SECONDS * 1_000;
      const people = Array.from({ length: CLIENTS }, (_, index) =>
        person(servers.urls, randomFrom(seed + index)),
      );
      const operations = await Promise.all(people.map((run) => run(until)));
      console.log(`mixed load on ${storage.name}: ${operations.reduce((sum, count) => sum + count)} calls`);
      await servers.end();
    },
    (SECONDS + 60) * 1_000,
  );
});
