import { createSecretKey } from "node:crypto";
import type { JWTPayload } from "jose";
import { z } from "zod";
import type { TokenIssuer, TokenVerifier, VerifiedAccess } from "../../application/ports/tokens.ts";
import { acrOf } from "../../domain/authentication.ts";
import { AuthError } from "../../domain/errors.ts";
import type { AccessKeys } from "./access-keys.ts";
import { claimsReader, seconds, toSeconds } from "./claims.ts";
import { signJwt } from "./sign.ts";
import { claimedTyp, type Expected, verifyJws, withoutKid } from "./verify.ts";

export interface TokenOptions {
  readonly issuer: string;
  readonly accessKeys: AccessKeys;
  /** Keys that verify refresh tokens; the first one signs. */
  readonly refreshKeys: readonly [Uint8Array, ...Uint8Array[]];
}

const REFRESH_TYP = "rt+jwt";
const LIMITED_TYP = "limited+jwt";

const text = z.string().min(1);
const accessSchema = z.object({
  sub: text,
  sid: text,
  ver: z.int().nonnegative(),
  jti: text,
  iat: seconds,
  nbf: seconds,
  exp: seconds,
  identity: text,
  type: z.literal("access"),
  fresh: z.boolean(),
  // tokens of earlier versions lack these claims and are still valid
  email_verified: z.boolean().default(false),
  preferred_username: text.optional(),
  auth_time: seconds.optional(),
  amr: z.array(text).optional(),
  acr: text.optional(),
  aud: z.unknown().optional(),
  client_id: z.string().optional(),
});
const accessClaims = claimsReader(accessSchema);
const limitedClaims = claimsReader(accessSchema.extend({ type: z.literal("limited") }));
const refreshClaims = claimsReader(
  z.object({
    type: z.literal("refresh"),
    sub: text,
    sid: text,
    jti: text,
    iat: seconds,
    nbf: seconds,
    exp: seconds,
  }),
);

/** Issues and verifies this service's tokens. */
export function makeTokens({ issuer, accessKeys, refreshKeys }: TokenOptions): TokenIssuer & TokenVerifier {
  const refreshKey = createSecretKey(refreshKeys[0]);

  /** Limited tokens have the key of refresh tokens, so that no other service can take one for an access token. */
  async function verifyLimited(token: string, now: Date, evenExpired: boolean): Promise<VerifiedAccess> {
    const expected = { algorithm: "HS256", typ: LIMITED_TYP, issuer, now, evenExpired };
    const payload = await firstVerified(token, expected, refreshKeys);
    return { ...verifiedAccess(limitedClaims(payload, now), payload), keyId: undefined };
  }

  return {
    assertCanSign(now) {
      accessKeys.signingKey(now);
    },

    issueAccess(claims) {
      const { algorithm: alg, typ, audience: aud, clientId: client_id } = accessKeys;
      const { key, kid } = accessKeys.signingKey(claims.issuedAt);
      const iat = toSeconds(claims.issuedAt);
      const payload = {
        iss: issuer,
        ...(claims.isLimited ? {} : { aud, client_id }),
        sub: claims.userId,
        sid: claims.sessionId,
        ver: claims.epoch,
        jti: claims.tokenId,
        iat,
        nbf: iat,
        exp: toSeconds(claims.expiresAt),
        identity: claims.identity,
        preferred_username: claims.username,
        email_verified: claims.emailVerified,
        type: claims.isLimited ? "limited" : "access",
        fresh: claims.fresh,
        auth_time: toSeconds(claims.authenticatedAt),
        amr: claims.amr,
        acr: acrOf(claims.amr),
      };
      if (claims.isLimited) return signJwt({ typ: LIMITED_TYP, alg: "HS256" }, payload, refreshKey);
      return signJwt({ typ, alg, kid }, payload, key);
    },

    issueRefresh(session) {
      const began = toSeconds(session.generationStartedAt);
      const payload = {
        type: "refresh",
        sub: session.userId,
        sid: session.id,
        jti: `${session.id}.${session.generation}`,
        iat: began,
        nbf: began,
        exp: toSeconds(session.expiresAt),
      };
      return signJwt({ typ: REFRESH_TYP, alg: "HS256" }, payload, refreshKey);
    },

    async verifyAccess(token, now, { evenExpired = false } = {}) {
      if (claimedTyp(token) === LIMITED_TYP) return verifyLimited(token, now, evenExpired);
      const { algorithm, typ, audience } = accessKeys;
      const expected = { algorithm, typ, issuer, audience, now, evenExpired };
      const { payload, kid, found } = await verifyJws(token, expected, (kid) =>
        accessKeys.verificationKey(kid, now),
      );
      const claims = accessClaims(payload, now);
      const hasForeignAudience = audience === undefined && claims.aud !== undefined;
      if (
        claims.client_id !== accessKeys.clientId ||
        hasForeignAudience ||
        (found.onlyExpired && claims.exp * 1000 > now.getTime())
      ) {
        throw new AuthError("invalid_token");
      }
      return { ...verifiedAccess(claims, payload), keyId: kid };
    },

    async verifyRefresh(token, now, { evenExpired = false } = {}) {
      const expected = { algorithm: "HS256", typ: REFRESH_TYP, now, evenExpired };
      const payload = await firstVerified(token, expected, refreshKeys);
      const claims = refreshClaims(payload, now);
      const generation = Number(claims.jti.slice(claims.sid.length + 1));
      const isGeneration = Number.isSafeInteger(generation) && generation >= 0;
      if (!isGeneration || claims.jti !== `${claims.sid}.${generation}`) throw new AuthError("invalid_token");
      return { userId: claims.sub, sessionId: claims.sid, generation, payload };
    },
  };
}

type AccessClaimsRead = z.infer<typeof accessSchema>;

function verifiedAccess(
  claims: Omit<AccessClaimsRead, "type"> & { readonly type: "access" | "limited" },
  payload: Readonly<JWTPayload>,
) {
  return {
    userId: claims.sub,
    sessionId: claims.sid,
    epoch: claims.ver,
    tokenId: claims.jti,
    identity: claims.identity,
    username: claims.preferred_username,
    emailVerified: claims.email_verified,
    authenticatedAt: claims.auth_time === undefined ? undefined : new Date(claims.auth_time * 1000),
    acr: claims.acr,
    isLimited: claims.type === "limited",
    issuedAt: new Date(claims.iat * 1000),
    expiresAt: new Date(claims.exp * 1000),
    payload,
  };
}

async function firstVerified(
  token: string,
  expected: Expected,
  keys: readonly Uint8Array[],
): Promise<Readonly<JWTPayload>> {
  let refused: unknown;
  for (const key of keys) {
    try {
      return (await verifyJws(token, expected, withoutKid({ key }))).payload;
    } catch (error) {
      refused = error;
      if (!(error instanceof AuthError) || error.code !== "invalid_token") break;
    }
  }
  throw refused;
}
