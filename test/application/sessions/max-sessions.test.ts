import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { SessionGrant } from "../../../src/application/sessions/session-grant.ts";
import type { UseCases } from "../../../src/composition/wiring/use-cases.ts";
import { revocationKey } from "../../../src/domain/revocation.ts";
import { ada, client, makeCore, refusal } from "../../support/core.ts";
import { stepped } from "../../support/stepped.ts";

const byEmail = { email: ada.email, password: ada.password, client };
const THREE = { MAX_SESSIONS: "3" };
type Core = Awaited<ReturnType<typeof makeCore>>;

/** A registration and logins, a second apart. */
async function withSessions(count: number, env: Record<string, string> = THREE) {
  const core = await makeCore(undefined, env);
  const sessions: SessionGrant[] = [await core.register(ada)];
  while (sessions.length < count) sessions.push(await loginLater(core));
  return { core, sessions };
}

/** A storage for sessions that answers each call after a varying number of turns of the event loop. */
function slowed({ sessions, revocations }: Pick<UseCases, "sessions" | "revocations">) {
  let calls = 0;
  const wrap = <T extends object>(port: T): T =>
    new Proxy(port, {
      get:
        (target, name) =>
        async (...args: unknown[]) => {
          calls += 1;
          for (let turns = (calls * 7) % 11; turns > 0; turns -= 1) await setImmediate();
          return (target as Record<PropertyKey, (...args: unknown[]) => unknown>)[name]?.(...args);
        },
    });
  return { sessions: wrap(sessions), revocations: wrap(revocations) };
}

async function loginLater(core: Core): Promise<SessionGrant> {
  core.clock.advance(1_000);
  return core.login(byEmail);
}

async function living(core: Core, sessions: readonly SessionGrant[]): Promise<number[]> {
  const codes = await Promise.all(sessions.map(({ accessToken }) => refusal(core.me(accessToken))));
  return codes.flatMap((code, at) => (code === "none" ? [at] : []));
}

const idOf = async (core: Core, { accessToken }: SessionGrant) =>
  (await core.listSessions(accessToken)).find(({ current }) => current)?.id ?? "";

describe("the sessions of one account", () => {
  it("are at most the limit: the oldest ends with all its tokens, and this is reported", async () => {
    const { core, sessions } = await withSessions(3);
    const oldest = await idOf(core, sessions[0] as SessionGrant);
    // ends although it was used last
    await core.refresh(sessions[0]?.refreshToken as string);
    sessions.push(await loginLater(core));
    expect(await living(core, sessions)).toEqual([1, 2, 3]);
    expect(await refusal(core.refresh(sessions[0]?.refreshToken as string))).toBe("revoked_token");
    expect(core.reported.filter(({ type }) => type === "session_ended")).toEqual([
      { type: "session_ended", userId: expect.any(String), sessionId: oldest, by: "session_limit" },
    ]);
    const entries = await core.storage.revocations.find([revocationKey.session(oldest)], core.clock.now());
    expect(entries.size).toBe(1);
    expect(await core.storage.sessions.find(oldest)).toBeUndefined();
    expect(await core.listSessions(sessions[3]?.accessToken as string)).toHaveLength(3);
  });

  it("leave those of others alone", async () => {
    const { core, sessions } = await withSessions(3);
    const bob = await core.register({ ...ada, username: "Bob", email: "bob@example.com" });
    await loginLater(core);
    expect(await living(core, [...sessions, bob])).toEqual([1, 2, 3]);
  });

  it("do not count if they have ended already, in any way", async () => {
    const idle = { MAX_SESSIONS: "3", SESSION_IDLE_TTL: "2h", ACCESS_TOKEN_TTL: "1h" };
    const { core, sessions } = await withSessions(3, idle);
    for (let hour = 0; hour < 3; hour += 1) {
      core.clock.advance(3_600_000);
      const { accessToken } = await core.refresh(sessions[0]?.refreshToken as string);
      sessions[0] = { ...(sessions[0] as SessionGrant), accessToken };
    }
    // the second and third are idle for three hours; the first, though the oldest, is not
    sessions.push(await loginLater(core), await loginLater(core));
    expect(await living(core, sessions)).toEqual([0, 3, 4]);
    expect(core.reported.filter(({ type }) => type === "session_ended")).toEqual([]);
  });

  it("end down to a limit that was lowered", async () => {
    const { core: before, sessions } = await withSessions(40, {});
    const core = await makeCore(undefined, THREE, before);
    sessions.push(await loginLater(core));
    expect(await living(core, sessions)).toEqual([38, 39, 40]);
    expect(core.reported.filter(({ type }) => type === "session_ended")).toHaveLength(38);
  });

  it("end gradually if there are very many, a bounded number at each login", async () => {
    const { core } = await withSessions(1);
    const [own] = await core.sessions.list(undefined, 1);
    if (own === undefined) throw new Error("no session");
    for (let at = 0; at < 250; at += 1) await core.sessions.add({ ...own, id: `s${at}` });
    const read: number[] = [];
    const watched = (sessions: UseCases["sessions"]): UseCases["sessions"] => ({
      ...sessions,
      async listOf(...asked) {
        const listed = await sessions.listOf(...asked);
        read.push(listed.length);
        return listed;
      },
    });
    const bounded = await makeCore(({ sessions }) => ({ sessions: watched(sessions) }), THREE, core);
    const left = [];
    for (let times = 0; times < 4; times += 1) {
      await loginLater(bounded);
      left.push((await core.sessions.list(undefined, 1_000)).length);
    }
    expect(left).toEqual([152, 53, 3, 3]);
    expect(Math.max(...read)).toBe(103);
  });

  it("are read one by one only where more than that are stored", async () => {
    const listed: number[] = [];
    const watched = ({ sessions }: Pick<UseCases, "sessions">) => ({
      sessions: {
        ...sessions,
        listOf: (...asked: Parameters<typeof sessions.listOf>) => {
          listed.push(asked[1]);
          return sessions.listOf(...asked);
        },
      },
    });
    const core = await makeCore(watched, THREE);
    await core.register(ada);
    for (let times = 0; times < 3; times += 1) await loginLater(core);
    expect(listed).toEqual([1, 1, 1, 1, 103]);
  });

  it("do not end for a later one if the clock stands still or went back", async () => {
    const { core, sessions } = await withSessions(3);
    for (const ms of [0, 0, 0, 0, -2_000, 0, 0]) {
      core.clock.advance(ms);
      sessions.push(await core.login(byEmail));
      const last = sessions.length - 1;
      expect(await living(core, sessions)).toEqual([last - 2, last - 1, last]);
    }
  });

  it("are exactly the limit once 50 concurrent logins are acknowledged, and each end is reported once", async () => {
    const TEN = { MAX_SESSIONS: "10" };
    const { core: shared, sessions } = await withSessions(3, TEN);
    const core = await makeCore(({ users, ...ports }) => ({ users, ...slowed(ports) }), TEN, shared);
    const other = await makeCore(({ users, ...ports }) => ({ users, ...slowed(ports) }), TEN, shared);
    core.clock.advance(1_000);
    const begun = await Promise.all(
      Array.from({ length: 50 }, (_, at) => (at % 2 ? core : other).login(byEmail)),
    );
    const left = await living(core, [...sessions, ...begun]);
    expect(left).toHaveLength(10);
    // no older session is live while one of these has ended
    expect(Math.min(...left)).toBeGreaterThan(2);
    const ended = [...core.reported, ...other.reported].filter(({ type }) => type === "session_ended");
    expect(ended).toHaveLength(43);
    expect(new Set(ended.map((event) => "sessionId" in event && event.sessionId)).size).toBe(43);
  });

  it("are ended by the next login if the process died at any step of ending one", async () => {
    for (let stop = 0; ; stop += 1) {
      const { core, sessions } = await withSessions(3);
      const steps = stepped(core.storage, stop);
      const killed = await makeCore(() => steps.ports, THREE, core);
      const login = loginLater(killed).then((grant) => sessions.push(grant));
      const wasReached = await Promise.race([steps.reached.then(() => true), login.then(() => false)]);
      // it may have begun a session without an answer
      expect((await living(core, sessions)).length).toBeGreaterThanOrEqual(2);
      sessions.push(await loginLater(core));
      const { accessToken } = sessions.at(-1) as SessionGrant;
      expect([stop, (await core.listSessions(accessToken)).length]).toEqual([stop, 3]);
      if (!wasReached) break;
    }
  });

  it("that a change of password keeps or that begin after it are not taken for dead by a login from before it", async () => {
    for (let stop = 0; ; stop += 1) {
      const { core, sessions } = await withSessions(3);
      const own = sessions[2] as SessionGrant;
      const steps = stepped(core.storage, stop);
      const slow = await makeCore(() => steps.ports, THREE, core);
      const late = loginLater(slow).catch(() => undefined);
      const wasReached = await Promise.race([steps.reached.then(() => true), late.then(() => false)]);
      const next = { currentPassword: ada.password, newPassword: "another horse", client };
      await core.changePassword({ accessToken: own.accessToken, ...next });
      const fresh = await core.login({ ...byEmail, password: next.newPassword });
      steps.goOn();
      await late;
      expect([stop, await living(core, [own, fresh])]).toEqual([stop, [0, 1]]);
      expect([stop, await refusal(core.refresh(fresh.refreshToken))]).toEqual([stop, "none"]);
      if (!wasReached) break;
    }
  });
});

describe("the end of a session", () => {
  const ends: [string, (core: Core, grant: SessionGrant, id: string) => Promise<unknown>][] = [
    ["logout", (core, { accessToken }) => core.logout(accessToken)],
    ["its user", (core, { accessToken }, id) => core.endOwnSession(accessToken, id)],
    ["an operator", (core, _, id) => core.endAnySession(id)],
  ];

  it.each(ends)("by %s is reported once, though requested many times at once", async (_, end) => {
    const { core, sessions } = await withSessions(2);
    const id = await idOf(core, sessions[1] as SessionGrant);
    await Promise.all(
      Array.from({ length: 20 }, () => end(core, sessions[1] as SessionGrant, id).catch(() => {})),
    );
    expect(core.reported.filter(({ type }) => type === "session_ended")).toHaveLength(1);
  });

  it("is reported once, wherever two logins meet that both end it", async () => {
    for (let stop = 0; ; stop += 1) {
      const { core, sessions } = await withSessions(3);
      const steps = stepped(core.storage, stop);
      const slow = await makeCore(() => steps.ports, THREE, core);
      const late = loginLater(slow);
      const wasReached = await Promise.race([steps.reached.then(() => true), late.then(() => false)]);
      sessions.push(await loginLater(core));
      steps.goOn();
      sessions.push(await late);
      const ended = [...core.reported, ...slow.reported].filter(({ type }) => type === "session_ended");
      const left = await living(core, sessions);
      expect([stop, left.length, ended.length]).toEqual([stop, 3, 2]);
      if (!wasReached) return expect(stop).toBeGreaterThan(6);
    }
  });
});
