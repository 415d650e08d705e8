import { z } from "zod";
import type { FlaskTokenVerifier } from "../../application/flask/flask-tokens.ts";
import { claimsReader, seconds } from "./claims.ts";
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
const flaskClaims = claimsReader(
  z.discriminatedUnion("type", [
    z.object({ ...common, type: z.literal("access"), fresh: z.literal(false) }),
    z.object({ ...common, type: z.literal("refresh") }),
  ]),
);

/** Verifies tokens of Flask-JWT-Extended 3: HS256 under the secret that the app's services share. */
export function flaskTokenVerifier(sharedSecret: string): FlaskTokenVerifier {
  const key = new TextEncoder().encode(sharedSecret);
  return {
    async verify(token, now, { evenExpired = false } = {}) {
      const expected = { algorithm: "HS256", typ: "JWT", now, evenExpired };
      const { payload } = await verifyJws(token, expected, withoutKid({ key }));
      const { type, jti, identity, iat, exp } = flaskClaims(payload, now);
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
