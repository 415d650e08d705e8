import { decodeJwt } from "jose";
import { expect, it } from "vitest";
import type { User } from "../../../src/domain/user.ts";
import { hmac, type Json, token } from "../../adapters/jose/signed-by-hand.ts";
import { ada, client, makeCore, refusal, START, turn } from "../../support/core.ts";

/** Tokens of the Flask server do not say when their user authenticated, so that they are never recent. */

const SECRET = "the key that the old server and its services share";
const ENV = { JWT_SECRET_KEY: SECRET, ACCEPT_LEGACY_TOKENS_UNTIL: "2027-01-01" };
const IDENTITY = "Ada@Example.com";
/** Long ago, or just now: the old server may still serve beside this one. */
const AGES = [86_400, 1];

function tokenOf(type: "access" | "refresh", age: number): string {
  const iat = START.getTime() / 1_000 - age;
  const claims: Json = {
    jti: `5f1e7c0a-0000-4000-8000-00000000000${type === "access" ? 1 : 2}`,
    identity: IDENTITY,
    iat,
    nbf: iat,
    exp: iat + 29 * 86_400,
    type,
    ...(type === "access" && { fresh: false }),
  };
  return token({ typ: "JWT", alg: "HS256" }, claims, hmac(SECRET));
}

async function moved() {
  const core = await makeCore(undefined, ENV);
  const user: User = {
    id: "5f1e7c0a9d3b2c4e6f708192",
    username: { shown: "Ada", canonical: "ada" },
    email: { shown: IDENTITY, canonical: "ada@example.com" },
    emailVerified: false,
    passwordHash: await core.core.hasher.hash(ada.password, turn),
    createdAt: new Date(START.getTime() - 400 * 86_400_000),
    epoch: 0,
    keptSession: undefined,
    unlocks: 0,
    disabled: false,
    legacyIdentity: IDENTITY,
    emailHistory: undefined,
    linksSince: undefined,
    factors: undefined,
  };
  await core.storage.users.add(user);
  return core;
}

type Core = Awaited<ReturnType<typeof moved>>;
const change = (core: Core, accessToken: string) =>
  core.changePassword({ accessToken, newPassword: "another horse", client });
const again = (core: Core, accessToken: string) =>
  core.reauthenticate({ accessToken, password: ada.password, client });

it.each(AGES)(
  "an access token of %i s ago: a change needs the password, and a session to raise",
  async (age) => {
    const core = await moved();
    const accessToken = tokenOf("access", age);
    expect(await refusal(change(core, accessToken))).toBe("reauthentication_required");
    // its client refreshes then, which gives a session
    expect(await refusal(again(core, accessToken))).toBe("invalid_token");
    expect(await refusal(core.me(accessToken))).toBe("none");
  },
);

it.each(AGES)(
  "a refresh token of %i s ago begins a session that is not recent, and can be raised",
  async (age) => {
    const core = await moved();
    const { accessToken } = await core.refresh(tokenOf("refresh", age));
    const said = decodeJwt(accessToken);
    const latest = START.getTime() / 1_000 - 301;
    expect(said).toMatchObject({ amr: ["pwd"], acr: "urn:hbtu:1", fresh: false });
    expect(said.auth_time).toBe(Math.min(latest, latest + 301 - age));
    expect(await refusal(change(core, accessToken))).toBe("reauthentication_required");
    const grant = await again(core, accessToken);
    expect(decodeJwt(grant.accessToken)).toMatchObject({ auth_time: START.getTime() / 1_000, fresh: true });
    expect(await refusal(change(core, grant.accessToken))).toBe("none");
  },
);
