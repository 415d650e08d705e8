import { z } from "zod";
import type { LegacyTokenVerifier } from "../../application/flask/legacy-tokens.ts";
import { genuineClaims, seconds } from "./claims.ts";
import { verifyJws, withoutKid } from "./verify.ts";

const absent = z.undefined().optional();
const common = {
  jti: z.guid(),
  identity: z.string().min(1),
  iat: seconds,
  nbf: seconds,
  exp: seconds,
  iss: absent,
  sub: absent,
  sid: absent,
  aud: absent,
};
const legacyPayload = z.discriminatedUnion("type", [
  z.object({ ...common, type: z.literal("access"), fresh: z.literal(false) }),
  z.object({ ...common, type: z.literal("refresh") }),
]);

/** Verifies tokens of Flask-JWT-Extended 3: HS256 under the secret that the app's services share. */
export function legacyTokens(sharedSecret: string): LegacyTokenVerifier {
  const key = new TextEncoder().encode(sharedSecret);
  return {
    async verify(token, now, { evenExpired = false } = {}) {
      const expected = { algorithm: "HS256", typ: "JWT", now, evenExpired };
      const { payload } = await verifyJws(token, expected, withoutKid({ key }));
      const { type, jti, identity, iat, exp } = genuineClaims(legacyPayload, payload, now);
      return {
        kind: type,
        tokenId: jti,
        identity,
        issuedAt: new Date(iat * 1000),
        expiresAt: new Date(exp * 1000),
        payload,
      };
    },
  };
}
