import { auth } from "express-oauth2-jwt-bearer";
import { fastifyJwtJwks } from "fastify-jwt-jwks";
import { jwk } from "hono/jwk";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { koaJwtSecret } from "jwks-rsa";
import jwt from "koa-jwt";
import { type OpenGuardedApi, onExpress, onFastify, onHono, onKoa, withoutHttp } from "./hosts.ts";

/**
 * Verifiers, each set up as its own documentation says, before an API of its framework. Code in
 * docs/verifiers.md consists of lines of this file, which a test sees to.
 */
export const readyMade: Record<string, OpenGuardedApi> = {
  "express-oauth2-jwt-bearer": onExpress((app, { issuer, audience }) => {
    app.use(auth({ issuerBaseURL: issuer, audience, clockTolerance: 5 }));
  }),
  "express-oauth2-jwt-bearer, strict": onExpress((app, { issuer, audience }) => {
    app.use(auth({ issuerBaseURL: issuer, audience, strict: true, clockTolerance: 5 }));
  }),
  "koa-jwt with jwks-rsa": onKoa((app, { issuer, audience, jwksUri }) => {
    const secret = koaJwtSecret({ jwksUri, cache: true });
    const options = { secret, issuer, audience, clockTolerance: 5 };
    app.use(jwt(options));
  }),
  "fastify-jwt-jwks": onFastify(async (app, { issuer, audience, jwksUri }) => {
    const times = { secretsTtl: 300_000, clockTolerance: 5_000 };
    await app.register(fastifyJwtJwks, { jwksUrl: jwksUri, issuer, audience, ...times });
  }),
  "hono/jwk": onHono((app, { issuer, audience, jwksUri }) => {
    const verification = { iss: issuer, aud: audience, nbf: false, iat: false };
    app.use(jwk({ jwks_uri: jwksUri, alg: ["ES256", "RS256"], verification }));
  }),
  "hono/jwk, typ": onHono((app, { issuer, audience, jwksUri }) => {
    const verification = { iss: issuer, aud: audience, typ: "at+jwt", nbf: false, iat: false };
    app.use(jwk({ jwks_uri: jwksUri, alg: ["ES256", "RS256"], verification }));
  }),
  jose: withoutHttp(({ issuer, audience, jwksUri }) => {
    const keys = createRemoteJWKSet(new URL(jwksUri));
    return (token) => jwtVerify(token, keys, { issuer, audience, clockTolerance: 5 });
  }),
  "jose, typ": withoutHttp(({ issuer, audience, jwksUri }) => {
    const keys = createRemoteJWKSet(new URL(jwksUri));
    return (token) => jwtVerify(token, keys, { issuer, audience, typ: "at+jwt", clockTolerance: 5 });
  }),
};

/** A service that shares JWT_SECRET_KEY. */
export const withSharedSecret = (secret: string) =>
  withoutHttp(({ issuer }) => {
    const key = new TextEncoder().encode(secret);
    return (token) => jwtVerify(token, key, { issuer, algorithms: ["HS256"], clockTolerance: 5 });
  });
