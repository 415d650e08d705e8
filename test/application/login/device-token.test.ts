import { describe, expect, it } from "vitest";
import { AuthError } from "../../../src/domain/errors.ts";
import { flaskSessionId } from "../../../src/domain/flask/flask-token.ts";
import type { User } from "../../../src/domain/user.ts";
import { hmac, type Json, token } from "../../adapters/jose/signed-by-hand.ts";
import { ada, client, DAY_MS, makeCore, refusal, START, turn } from "../../support/core.ts";

/** A login with a token: with an invalid token it goes on as if there were none. */

const SHARED = "the secret that the Flask server and its services shared";
const ENV = {
  JWT_SECRET_KEY: SHARED,
  ACCEPT_LEGACY_TOKENS_UNTIL: "2026-06-01",
  LOGIN_THROTTLE: "on",
  REFRESH_ROTATION: "true",
};
const ISSUED = START.getTime() / 1000 - 3_600;
const REFRESH_ID = "5d0c7c52-51ce-4d0c-8f0f-8f3f0c7f7d02";

function flaskToken(identity: string, type: "access" | "refresh", key = SHARED): string {
  const claims: Json = { iat: ISSUED, nbf: ISSUED, exp: ISSUED + 86_400, jti: REFRESH_ID, identity, type };
  return token(
    { typ: "JWT", alg: "HS256" },
    type === "access" ? { ...claims, fresh: false } : claims,
    hmac(key),
  );
}

/** Users of the Flask server, one with ended tokens; Ada and Bob; and all storage calls from then on. */
async function moved() {
  const first = await makeCore(undefined, ENV);
  const passwordHash = await first.core.hasher.hash(ada.password, turn);
  const cameAlong = (name: string, changes: Partial<User> = {}): Promise<void> =>
    first.storage.users.add({
      id: `id of ${name}`,
      username: { shown: name, canonical: name },
      email: { shown: `${name}@Example.com`, canonical: `${name}@example.com` },
      emailVerified: false,
      passwordHash,
      createdAt: new Date(ISSUED * 1000),
      epoch: 0,
      keptSession: undefined,
      unlocks: 0,
      disabled: false,
      legacyIdentity: `${name}@Example.com`,
      emailHistory: undefined,
      linksSince: undefined,
      factors: undefined,
      ...changes,
    });
  await cameAlong("cleo");
  await cameAlong("ended", { epoch: 1 });
  const own = await first.register(ada);
  const bob = await first.register({ ...ada, username: "Bob", email: "bob@example.com" });
  const stolen = await first.login({ email: ada.email, password: ada.password, client });
  await first.refresh(stolen.refreshToken);
  first.clock.advance(3_600_000);
  expect(await refusal(first.refresh(stolen.refreshToken))).toBe("reused_token");

  const calls: string[] = [];
  const watched = <T extends object>(name: string, port: T): T =>
    new Proxy(port, {
      get: (target, call) => {
        const method = (target as Record<PropertyKey, unknown>)[call];
        if (typeof method !== "function") return method;
        return (...args: unknown[]) => {
          calls.push(`${name}.${String(call)}`);
          return method.apply(target, args);
        };
      },
    });
  const { users, sessions, revocations, attempts } = first.storage;
  const ports = {
    users: watched("users", users),
    sessions: watched("sessions", sessions),
    revocations: watched("revocations", revocations),
    attempts: watched("attempts", attempts),
  };
  const reading = await makeCore(() => ports, ENV, first);
  const core = await makeCore(
    () => ({ ...ports, formerTokens: watched("tokens", reading.core.formerTokens) }),
    ENV,
    first,
  );
  return { ...core, own, bob, stolen, calls };
}

const LOOKS = ["tokens.verifyAccess", "tokens.verifyRefresh"];
const ASKS = ["users.findByEmail", "revocations.find", "attempts.charge"];

type Moved = Awaited<ReturnType<typeof moved>>;

/** Invalid tokens, each with the calls that checking it makes. */
const BAD: [string, (core: Moved) => string, string[]][] = [
  ["nonsense", () => "nonsense", LOOKS],
  ["a badly signed one", ({ own }) => `${own.accessToken.slice(0, -8)}AAAAAAAA`, LOOKS],
  [
    "a badly signed one of the Flask server",
    () => flaskToken("cleo@Example.com", "access", "another"),
    LOOKS,
  ],
  ["one of another user", ({ bob }) => bob.accessToken, LOOKS.slice(0, 1)],
  ["one of a stolen session", ({ stolen }) => stolen.accessToken, LOOKS.slice(0, 1)],
  ["a refresh token of a stolen session", ({ stolen }) => stolen.refreshToken, LOOKS],
  // a genuine token of the Flask server names its user by address, so it takes a lookup
  [
    "one of the Flask server, ended since",
    () => flaskToken("ended@Example.com", "access"),
    [LOOKS[0] as string, "users.findByEmail"],
  ],
  [
    "one of the Flask server, of nobody here",
    () => flaskToken("nobody@Example.com", "refresh"),
    [...LOOKS, "users.findByEmail"],
  ],
];

describe.each(BAD)("%s", (_, tokenOf, reading) => {
  it("costs the same calls in the same order for an account that is there and one that is not", async () => {
    const core = await moved();
    const formerToken = tokenOf(core);
    for (const email of [ada.email, "ended@example.com", "unknown@example.com"]) {
      core.calls.length = 0;
      const login = core.login({ email, password: "wrong horse", client, formerToken });
      expect(await refusal(login)).toBe("invalid_credentials");
      expect([email, core.calls]).toEqual([email, [...reading, ...ASKS]]);
    }
  });

  it("accepts the correct password, and counts wrong ones as a stranger's", async () => {
    const core = await moved();
    const formerToken = tokenOf(core);
    for (const email of [ada.email, "ended@example.com"]) {
      const login = (password: string) => refusal(core.login({ email, password, client, formerToken }));
      expect(await login(ada.password)).toBe("none");
      for (let time = 0; time < 5; time += 1) expect(await login("wrong horse")).toBe("invalid_credentials");
      expect(await login("wrong horse")).toBe("too_many_attempts");
      expect(await login(ada.password)).toBe("too_many_attempts");
    }
  });
});

it("a good one costs no other calls than a bad one, for its own account and for any other", async () => {
  const core = await moved();
  const formerToken = core.own.accessToken;
  for (const email of [ada.email, "ended@example.com", "unknown@example.com"]) {
    core.calls.length = 0;
    await refusal(core.login({ email, password: "wrong horse", client, formerToken }));
    expect(core.calls).toEqual(["tokens.verifyAccess", ...ASKS]);
  }
});

describe("a refresh token of the Flask server", () => {
  const REFRESH = flaskToken("cleo@Example.com", "refresh");
  const login = { email: "cleo@example.com", password: ada.password, client, formerToken: REFRESH };

  it("makes a known device and begins no session of its own", async () => {
    const core = await moved();
    for (let tries = 0; tries < 6; tries += 1) {
      await refusal(core.login({ ...login, password: "wrong horse", formerToken: undefined }));
    }
    expect(await refusal(core.login({ ...login, formerToken: undefined }))).toBe("too_many_attempts");
    expect(await refusal(core.login({ ...login, password: "wrong horse" }))).toBe("invalid_credentials");
    expect(await core.storage.sessions.find(flaskSessionId(REFRESH_ID))).toBeUndefined();
    const { accessToken } = await core.login(login);
    expect(await core.listSessions(accessToken)).toEqual([expect.objectContaining({ current: true })]);
  });

  it("lets in as well where it was revoked", async () => {
    const core = await moved();
    await core.storage.revocations.add(`jti:${REFRESH_ID}`, new Date(START.getTime() + 30 * DAY_MS));
    expect(await refusal(core.login(login))).toBe("none");
  });
});

it.each(["a token of this service", "one of the Flask server"])(
  "a storage that fails a read for %s refuses the login, uncounted",
  async (which) => {
    const core = await moved();
    const { users, revocations } = core.storage;
    const fault = async (): Promise<never> => {
      throw new AuthError("storage_unavailable");
    };
    const isFlask = which === "one of the Flask server";
    const ports = isFlask
      ? { users: { ...users, findByEmail: fault } }
      : { revocations: { ...revocations, find: fault } };
    core.calls.length = 0;
    const faulty = await makeCore(() => ({ ...ports, attempts: core.core.attempts }), ENV, core);
    const formerToken = isFlask ? flaskToken("cleo@Example.com", "access") : core.own.accessToken;
    const login = { username: "ada", password: ada.password, client, formerToken };
    expect(await refusal(faulty.login(login))).toBe("storage_unavailable");
    expect(core.calls).toEqual([]);
  },
);
