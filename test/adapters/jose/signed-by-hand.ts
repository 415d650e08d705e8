import { createHmac, createPrivateKey, type JsonWebKey, sign } from "node:crypto";
import { deriveKey } from "../../../src/adapters/node/secret-key.ts";
import type { AccessClaims } from "../../../src/application/ports/tokens.ts";
import type { Session } from "../../../src/domain/session.ts";

/** The time of verification in the tests; whole seconds, as in claims. */
export const NOW = new Date("2024-03-01T12:00:00.000Z");
export const ISSUER = "https://auth.example.com";
export const SECRET = "the secret that the app's services share";
export const REFRESH_KEY = deriveKey("a secret of this deployment", "refresh-tokens");
export const OTHER_KEY = deriveKey("a secret of another deployment", "refresh-tokens");

export function secondsFromNow(seconds: number): number {
  return NOW.getTime() / 1000 + seconds;
}

function later(seconds: number): Date {
  return new Date(NOW.getTime() + seconds * 1000);
}

export const claims: AccessClaims = {
  userId: "1f0e2d3c-0000-4000-8000-000000000001",
  sessionId: "1f0e2d3c-0000-4000-8000-000000000002",
  epoch: 3,
  tokenId: "1f0e2d3c-0000-4000-8000-000000000003",
  identity: "Ada@Example.com",
  username: "Ada Ünsal",
  emailVerified: true,
  issuedAt: NOW,
  expiresAt: later(900),
  authenticatedAt: later(-600),
  amr: ["pwd"],
  fresh: false,
  isLimited: false,
};

const { amr: _, fresh: __, ...rest } = claims;
/** The claims that a verified token shows. */
export const shown = rest;

export const session: Session = {
  id: claims.sessionId,
  userId: claims.userId,
  epoch: 3,
  generation: 7,
  generationStartedAt: new Date("2024-03-01T11:59:59.999Z"),
  createdAt: new Date("2024-02-29T12:00:00.500Z"),
  lastUsedAt: NOW,
  expiresAt: new Date("2024-03-30T12:00:00.500Z"),
  userAgent: "browser",
  ip: "::1",
  authenticatedAt: new Date("2024-02-29T12:00:00.499Z"),
  amr: ["pwd"],
};

export type Json = Record<string, unknown>;
/** Signs the bytes before a token's last dot. */
export type Signer = (signingInput: string) => Buffer;

export function hmac(secret: string | Uint8Array, hash = "sha256"): Signer {
  return (input) => createHmac(hash, secret).update(input).digest();
}

export function ecdsa(privateJwk: Json): Signer {
  const key = createPrivateKey({ key: privateJwk as JsonWebKey, format: "jwk" });
  return (input) => sign("sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" });
}

/** A compact JWS of any header and payload, made without the library under test. */
export function token(header: Json | string, payload: Json | string, signer: Signer): string {
  const input = `${base64url(header)}.${base64url(payload)}`;
  return `${input}.${signer(input).toString("base64url")}`;
}

export function headerOf(jwt: string): Json {
  return JSON.parse(Buffer.from(jwt.split(".")[0] ?? "", "base64url").toString());
}

export function payloadOf(jwt: string): Json {
  return JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString());
}

function base64url(content: Json | string): string {
  return Buffer.from(typeof content === "string" ? content : JSON.stringify(content)).toString("base64url");
}
