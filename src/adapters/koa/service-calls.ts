import * as answers from "./answers.ts";
import { FORM_ONLY } from "./body.ts";
import type { Calls } from "./call.ts";
import * as bodies from "./schemas.ts";

/** As `oauth-routes.ts` answers them. */
export const oauthCalls: Calls = {
  "POST /oauth/introspect": {
    id: "introspect",
    summary: "Whether a token lives, and what it says (RFC 7662)",
    needs: "client",
    body: bodies.introspectBody,
    types: FORM_ONLY,
    answers: { 200: answers.introspection },
  },
  "POST /oauth/revoke": {
    id: "revoke",
    summary: "Revoke an access token, or the session of a refresh token (RFC 7009)",
    body: bodies.revokeBody,
    types: FORM_ONLY,
    answers: { 200: null },
    refusals: ["too_many_attempts"],
  },
};

/** What anybody may read. */
export const publishedCalls: Calls = {
  "GET /.well-known/jwks.json": {
    id: "jwks",
    summary: "The keys to verify access tokens with (RFC 7517)",
    answers: { 200: answers.keySet },
  },
  "GET /.well-known/oauth-authorization-server": {
    id: "metadata",
    summary: "Where everything is (RFC 8414)",
    answers: { 200: answers.metadata },
  },
  "GET /.well-known/openid-configuration": {
    id: "metadataByOpenIdName",
    summary: "The same under the name that OpenID Connect Discovery has for it; this is no OpenID provider",
    answers: { 200: answers.metadata },
  },
  "GET /openapi.json": {
    id: "description",
    summary: "This description",
    answers: { 200: answers.description },
  },
};

/** As `health-routes.ts` answers them. */
export const healthCalls: Calls = {
  "GET /health/live": {
    id: "live",
    summary: "Whether the process answers",
    answers: { 200: answers.live },
    isAlone: true,
  },
  "GET /health/ready": {
    id: "ready",
    summary: "Whether it can do its work",
    answers: { 200: answers.ready, 503: answers.notReady },
    isAlone: true,
  },
  "GET /version": {
    id: "version",
    summary: "Which version this is",
    answers: { 200: answers.version },
    isAlone: true,
  },
};
