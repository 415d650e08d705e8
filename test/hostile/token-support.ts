import type { OutgoingHttpHeaders } from "node:http";
import { expect } from "vitest";
import { deriveKey } from "../../src/adapters/node/secret-key.ts";
import { call } from "../support/api.ts";
import { bearer, expectVerdict, FORM_TYPE, JSON_TYPE, type Reply, send, verdictOf } from "./support.ts";

export const SECRET_KEY = "a secret of this deployment alone, nobody else's";
export const JWT_SECRET_KEY = "the secret that the app's services share, 32+";
export const REFRESH_KEY = deriveKey(SECRET_KEY, "refresh-tokens");
const CLIENT_SECRET = "a secret of the resource server only";
export const CLIENT = { authorization: `Basic ${Buffer.from(`api:${CLIENT_SECRET}`).toString("base64")}` };

/** Variables under which the tests can sign as the service does. */
export const KNOWN_SECRETS = { SECRET_KEY, JWT_SECRET_KEY, INTROSPECTION_CLIENTS: `api:${CLIENT_SECRET}` };

/** Every call that takes a token in its header, with a body where it needs one. */
export const TOKEN_CALLS: readonly { line: string; takes: string; json?: object }[] = [
  { line: "GET /api/me", takes: "access" },
  { line: "GET /api/token/refresh", takes: "refresh" },
  { line: "POST /api/token/refresh", takes: "refresh" },
  { line: "POST /api/logout/access", takes: "access" },
  { line: "POST /api/logout/refresh", takes: "refresh" },
  { line: "POST /api/logout", takes: "access refresh" },
  { line: "GET /api/sessions", takes: "access" },
  { line: "DELETE /api/sessions/x", takes: "access" },
  { line: "POST /api/logout/others", takes: "access" },
  { line: "POST /api/logout/all", takes: "access" },
  {
    line: "POST /api/password",
    takes: "access",
    json: { current_password: "correct horse", new_password: "correct horse" },
  },
  {
    line: "PATCH /api/me",
    takes: "access",
    // anyone may ask for an address that nobody has confirmed
    json: { password: "correct horse", email: "elsewhere@example.com" },
  },
  { line: "DELETE /api/me", takes: "access", json: { password: "correct horse" } },
];

const LISTED = TOKEN_CALLS.slice(0, 7);
const OTHERS = TOKEN_CALLS.slice(7);
let turn = 0;

/** The listed calls, and one of the others in turn. */
function nextCalls() {
  turn += 1;
  return [...LISTED, OTHERS[turn % OTHERS.length] as (typeof TOKEN_CALLS)[number]];
}

/** Calls with these headers and, where the call needs one, its body. */
export function callWith(
  url: string,
  { line, json }: (typeof TOKEN_CALLS)[number],
  headers: OutgoingHttpHeaders,
): Promise<Reply> {
  const type = json ? JSON_TYPE : {};
  return send(url, line, { headers: { ...type, ...headers }, ...(json && { body: JSON.stringify(json) }) });
}

export function oauth(
  url: string,
  name: "introspect" | "revoke",
  form: Record<string, string>,
): Promise<Reply> {
  const headers = name === "introspect" ? { ...FORM_TYPE, ...CLIENT } : FORM_TYPE;
  return send(url, `POST /oauth/${name}`, { headers, body: new URLSearchParams(form).toString() });
}

/** Presents a token everywhere: T at each call, inactive at introspection, 200 at revocation. */
export async function refusedEverywhere(
  url: string,
  token: string,
  { what = token.slice(0, 60), allowed = "T" } = {},
): Promise<void> {
  const presented = nextCalls().map(async (target) => {
    const reply = await callWith(url, target, bearer(token));
    expectVerdict(reply, allowed, `${what} at ${target.line}`);
    if (verdictOf(reply) === "T") {
      expect(reply.headers["www-authenticate"]).toBe('Bearer error="invalid_token"');
    }
    expectNoPartOf(token, reply);
  });
  await Promise.all([...presented, refusedAtOauth(url, token, what)]);
}

/** Expects that `what` is inactive under any hint, and can be revoked. */
export async function refusedAtOauth(url: string, token: string, what = token.slice(0, 60)): Promise<void> {
  for (const hint of [{}, { token_type_hint: "refresh_token" }]) {
    const { status, text } = await oauth(url, "introspect", { token, ...hint });
    expect([what, status, text]).toEqual([what, 200, '{"active":false}']);
  }
  const revoked = await oauth(url, "revoke", { token });
  expect([what, revoked.status, revoked.text]).toEqual([what, 200, ""]);
}

function expectNoPartOf(token: string, { text, headers }: Reply): void {
  const answer = text + JSON.stringify(headers);
  for (const segment of token.split(".")) {
    if (segment.length > 12) expect(answer).not.toContain(segment);
  }
}

/** Expects that both tokens, their session and their account still work. */
export async function stillLives(
  url: string,
  { email, access_token, refresh_token }: { email: string; access_token: string; refresh_token: string },
): Promise<void> {
  const me = await call(url, "GET /api/me", { token: access_token });
  const refreshed = await call(url, "GET /api/token/refresh", { token: refresh_token });
  expect([me.status, refreshed.status, me.body.email]).toEqual([200, 200, email]);
}
