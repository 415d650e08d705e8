import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { hmac, type Json, token } from "../../adapters/jose/signed-by-hand.ts";
import { ada, client, makeCore, refusal, START } from "../../support/core.ts";
import { mailedLink, mailedToken, tokenIn } from "../../support/mailed-links.ts";
import { ROOT } from "../../support/project.ts";
import {
  byEmail,
  type Core,
  challengeIn,
  enrol,
  MINUTE,
  storedUser,
  type WithTotp,
  withTotp,
} from "../../support/second-factor.ts";
import { makeSteps } from "../../support/stepped.ts";

/**
 * All ways to a session, and what an account with a second factor has to present there. A file of the sources that begins
 * sessions must stand in a line.
 */

const SECRET = "the key that the old server and its services share";
const FLASK = { JWT_SECRET_KEY: SECRET, ACCEPT_LEGACY_TOKENS_UNTIL: "2027-01-01" };
const MAIL = { SMTP_URL: "smtp://localhost", MAIL_FROM: "auth@example.com" };
const EVE = { ...ada, username: "Eve", email: "eve@example.com" };

/** A token that the Flask server gave to Ada: the day before, if not told otherwise. */
function flaskToken(type: "access" | "refresh", issuedAt = new Date(START.getTime() - 86_400_000)): string {
  const iat = Math.floor(issuedAt.getTime() / 1_000);
  const claims: Json = {
    jti: "5f1e7c0a-0000-4000-8000-000000000002",
    identity: ada.email,
    iat,
    nbf: iat,
    exp: iat + (type === "access" ? 1 : 29) * 86_400,
    type,
    ...(type === "access" && { fresh: false }),
  };
  return token({ typ: "JWT", alg: "HS256" }, claims, hmac(SECRET));
}

/** Ada as imported from the Flask server, who then set up an authenticator. */
async function importedWithTotp(): Promise<WithTotp> {
  const other = await withTotp(await makeCore(undefined, FLASK));
  const user = await storedUser(other.core);
  const createdAt = new Date(START.getTime() - 400 * 86_400_000);
  await other.core.storage.users.remove(user);
  await other.core.storage.users.add({ ...user, createdAt, legacyIdentity: ada.email });
  return other;
}

interface Way {
  /** The files that begin its session. */
  readonly files: readonly string[];
  /** Other preparations than those of `withTotp`. */
  readonly prepare?: () => Promise<WithTotp>;
  /** Goes the way with all that it takes but the second factor. */
  readonly go: (all: WithTotp) => Promise<unknown>;
}

const START_SESSION = "src/application/sessions/start-session.ts";
const LOGIN = ["src/application/login/login.ts", START_SESSION, "src/domain/session.ts"];

/** Ways that ask for the second factor, by a challenge that the factor answers. */
const ASKING: Record<string, Way> = {
  "a login by address": { files: LOGIN, go: ({ core }) => core.login(byEmail) },
  "a login by name": {
    files: LOGIN,
    go: ({ core }) => core.login({ username: ada.username, password: ada.password, client }),
  },
  "a login from a known device": {
    files: LOGIN,
    go: ({ core, own }) => core.login({ ...byEmail, formerToken: own.refreshToken }),
  },
  "a login from a device whose session had the factor": {
    files: LOGIN,
    go: ({ core, own }) => core.login({ ...byEmail, formerToken: own.accessToken }),
  },
  "a login with the password of a mailed reset": {
    files: LOGIN,
    async go({ core, own }) {
      const token = await mailedLink(core, "reset_password", own);
      await core.resetPassword({ token, newPassword: "another horse", client });
      return core.login({ ...byEmail, password: "another horse" });
    },
  },
  "a login with the password that an operator set": {
    files: LOGIN,
    async go({ core }) {
      await core.setPassword(ada.email, "another horse");
      return core.login({ ...byEmail, password: "another horse" });
    },
  },
  "a login after disabling and enabling": {
    files: LOGIN,
    async go({ core }) {
      await core.disableUser(ada.email);
      await core.enableUser(ada.email);
      return core.login(byEmail);
    },
  },
  "a login whose hash is outdated": {
    files: LOGIN,
    async go({ core }) {
      const isOutdated = () => true;
      const strict = await makeCore(() => ({ hasher: { ...core.core.hasher, isOutdated } }), {}, core);
      const { passwordHash } = await storedUser(core);
      const login = await strict.login(byEmail).catch((error) => error);
      expect((await storedUser(core)).passwordHash).not.toBe(passwordHash);
      throw login;
    },
  },
};

/** Ends the login that `loginUnderWay` began. */
let finishLogin: () => Promise<unknown>;

/** A login has read the account without a factor, which is then set up before the session begins. */
async function loginUnderWay(): Promise<WithTotp> {
  const core = await makeCore();
  const own = await core.register(ada);
  core.clock.advance(MINUTE);
  const steps = makeSteps(0);
  const { verify } = steps.wrap({ verify: core.core.hasher.verify });
  const slow = await makeCore(() => ({ hasher: { ...core.core.hasher, verify } }), {}, core);
  const login = slow.login(byEmail);
  await steps.reached;
  const enrolled = await enrol(core, own.accessToken);
  core.clock.advance(MINUTE);
  finishLogin = () => {
    steps.goOn();
    return login;
  };
  return { core, own, ...enrolled };
}

const FLASK_SESSION = [
  "src/application/flask/begin-flask-session.ts",
  "src/composition/wiring/features/flask.ts",
  "src/application/flask/with-flask-tokens.ts",
  START_SESSION,
];

/** Ways that give nobody more than they have, or for which there is no factor yet. */
const OTHERS: Record<string, Way & { readonly outcome: string }> = {
  "the first refresh by a token of the Flask server": {
    files: FLASK_SESSION,
    prepare: importedWithTotp,
    go: ({ core }) => core.refresh(flaskToken("refresh")),
    outcome: "second_factor_required",
  },
  "the second refresh by a token of the Flask server": {
    files: FLASK_SESSION,
    prepare: importedWithTotp,
    async go({ core }) {
      await core.refresh(flaskToken("refresh")).catch(() => {});
      return core.refresh(flaskToken("refresh"));
    },
    outcome: "second_factor_required",
  },
  "an access token of the Flask server from after the set-up": {
    files: [],
    prepare: importedWithTotp,
    go: ({ core }) => core.me(flaskToken("access", core.clock.now())),
    outcome: "revoked_token",
  },
  "a login that was under way while the factor was set up": {
    files: LOGIN,
    prepare: loginUnderWay,
    go: () => finishLogin(),
    outcome: "second_factor_required",
  },
  "a mailed reset": {
    files: [],
    async go({ core, own }) {
      const token = await mailedLink(core, "reset_password", own);
      const before = await core.storage.sessions.list(undefined, 100);
      expect(await core.resetPassword({ token, newPassword: "another horse", client })).toBeUndefined();
      const after = await core.storage.sessions.list(undefined, 100);
      expect(after.length).toBeLessThan(before.length);
    },
    outcome: "none",
  },
  "an operator's link to reset the password": {
    files: [],
    async go({ core }) {
      const { link } = await core.makeResetLink(ada.email);
      const resetToken = tokenIn({ text: link });
      await core.resetPassword({ token: resetToken, newPassword: "another horse", client });
      expect(await core.storage.sessions.list(undefined, 100)).toEqual([]);
    },
    outcome: "none",
  },
  "a reauthentication by password": {
    files: [],
    go: ({ core, own }) =>
      core.reauthenticate({ accessToken: own.accessToken, password: ada.password, client }),
    outcome: "reauthentication_required",
  },
  "a reauthentication by code": {
    files: [],
    async go({ core, own, code }) {
      const raised = await core.reauthenticate({
        accessToken: own.accessToken,
        code: code(core),
        client,
      });
      expect(decodeJwt(raised.accessToken).sid).toBe(decodeJwt(own.accessToken).sid);
    },
    outcome: "none",
  },
  "a refresh of the session that set the factor up": {
    files: [],
    go: ({ core, own }) => core.refresh(own.refreshToken),
    outcome: "none",
  },
  "a registration of the same address": {
    files: ["src/application/accounts/register.ts", START_SESSION, "src/domain/session.ts"],
    go: ({ core }) => core.register({ ...ada, username: "Another" }),
    outcome: "email_taken",
  },
  "a registration of another account": {
    files: ["src/application/accounts/register.ts", START_SESSION, "src/domain/session.ts"],
    async go({ core, own }) {
      const { accessToken } = await core.register(EVE);
      expect(decodeJwt(accessToken).sub).not.toBe(decodeJwt(own.accessToken).sub);
      expect((await storedUser(core)).factors).toBeDefined();
    },
    outcome: "none",
  },
  "a registration that is completed by a mailed link": {
    files: [],
    async go({ core }) {
      const hidden = await makeCore(undefined, { REGISTRATION_ANSWER: "same", ...MAIL }, core);
      await hidden.signUp(EVE);
      const sessions = await core.storage.sessions.list(undefined, 100);
      expect(await hidden.confirmAddress({ token: await mailedToken(hidden), client })).toBeUndefined();
      expect(await core.storage.users.findByEmail("eve@example.com")).toBeDefined();
      expect(await core.storage.sessions.list(undefined, 100)).toEqual(sessions);
    },
    outcome: "none",
  },
  "an import": {
    // it adds the sessions of an export, under the epochs and the factors that stand there
    files: ["src/application/transfer/import-record.ts"],
    go: async () => {},
    outcome: "none",
  },
};

/** The second step itself. */
const SECOND_STEP = ["src/application/login/complete-login.ts", START_SESSION, "src/domain/session.ts"];

const bySession = (core: Core) => core.storage.sessions.list(undefined, 100);

describe.each(Object.entries(ASKING))("%s", (_, { prepare = withTotp, go }) => {
  it("asks for the second factor, which then gives the session", async () => {
    const all = await prepare();
    const { core, code } = all;
    const issued: unknown[] = [];
    const challenge = await challengeIn(go(all).then((grant) => issued.push(grant)));
    expect(issued).toEqual([]);
    const before = await bySession(core);
    expect(await refusal(core.completeLogin({ challenge, code: "000000", client }))).toBe("invalid_factor");
    expect(await bySession(core)).toEqual(before);
    const grant = await core.completeLogin({ challenge, code: code(core), client });
    expect(decodeJwt(grant.accessToken)).toMatchObject({
      amr: ["pwd", "otp", "mfa"],
      acr: "urn:hbtu:2",
      auth_time: Math.floor(core.clock.now().getTime() / 1_000),
      fresh: false,
    });
    expect(await bySession(core)).toHaveLength(before.length + 1);
  });
});

describe.each(Object.entries(OTHERS))("%s", (_, { prepare = withTotp, go, outcome }) => {
  it("gives no session of an account with a second factor to anybody without it", async () => {
    const all = await prepare();
    const user = await storedUser(all.core);
    const before = (await bySession(all.core)).filter(({ userId }) => userId === user.id);
    expect(await refusal(go(all))).toBe(outcome);
    const after = (await bySession(all.core)).filter(({ userId }) => userId === user.id);
    const ids = before.map(({ id }) => id);
    // the session of a Flask token is stored, so that it can be ended, and cannot be refreshed
    for (const { id } of after.filter(({ id }) => !id.startsWith("legacy-"))) expect(ids).toContain(id);
    expect(await storedUser(all.core)).toMatchObject({ factors: { totp: user.factors?.totp?.id && {} } });
    expect(await refusal(all.core.login(byEmail))).not.toBe("none");
  });
});

describe("the files that begin sessions", () => {
  const begins = (code: string) => /\b(start|store|begin)Session\b|\bsessions\.add\(/.test(code);

  function beginning(): string[] {
    // storages are told to add sessions; they begin none
    const files = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" });
    return files
      .filter((name) => name.endsWith(".ts") && !/^adapters\/(lmdb|memory|mongodb)\//.test(name))
      .map((name) => `src/${name}`)
      .filter((path) => begins(readFileSync(join(ROOT, path), "utf8")));
  }

  it("each stand in a line above", () => {
    const lines = [...Object.values(ASKING), ...Object.values(OTHERS)].flatMap(({ files }) => files);
    const listed = new Set([...lines, ...SECOND_STEP]);
    expect(beginning().toSorted()).toEqual([...listed].toSorted());
  });

  it.each(['import { startSession } from "./x.ts"', "beginSession(id)", "deps.sessions.add(session)"])(
    "are found by %s",
    (code) => {
      expect(begins(code)).toBe(true);
    },
  );
});
