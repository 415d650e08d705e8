import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from "node:http";
import { performance } from "node:perf_hooks";
import { afterAll, afterEach, expect } from "vitest";
import { call, registered, someone } from "../support/api.ts";
import { startTestService } from "../support/service.ts";

/** Part of everything that is sent, so that an echo is found anywhere. */
export const MARKER = "zq7Hostile";

export interface Sent {
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly ms: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/** Sends a raw request, its path not normalised. Checks that the answer is no 5xx, no echo and leaks no internals. */
export async function send(url: string, line: string, { headers = {}, body }: Sent = {}): Promise<Reply> {
  const [method, path] = line.split(" ") as [string, string];
  const { hostname, port } = new URL(url);
  const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
  const reply = await new Promise<Reply>((resolve, reject) => {
    const began = performance.now();
    const options = { agent, host: hostname, port, method, path, headers: { ...length, ...headers } };
    const sending = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        const ms = performance.now() - began;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, ms });
      });
    });
    sending.on("error", reject);
    sending.end(body);
  });
  expectHarmless(JSON.stringify(reply.headers) + reply.text, reply.status);
  return reply;
}

export function expectHarmless(answer: string, status: number): void {
  expect(answer).not.toContain(MARKER);
  expect(answer).not.toMatch(/node_modules|\.[jt]s:\d+|Error: /);
  expect(status, answer).toBeLessThan(500);
}

export const JSON_TYPE = { "content-type": "application/json" };
export const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };

export function bearer(token: string): OutgoingHttpHeaders {
  return { authorization: `Bearer ${token}` };
}

const LETTERS: Record<string, string> = {
  "400 malformed_request": "B",
  "400 validation_failed": "V",
  "401 missing_token": "M",
  "401 invalid_token": "T",
  "401 expired_token": "T",
  "401 revoked_token": "T",
  "401 reused_token": "T",
  "401 invalid_credentials": "C",
};

/** The letter of the list for an answer, or its status. */
export function verdictOf({ status, text }: Pick<Reply, "status" | "text">): string {
  const code = /"code":"(\w+)","request_id"/.exec(text)?.[1];
  return LETTERS[`${status} ${code}`] ?? String(status);
}

/** Expects one of the verdicts in `allowed`, such as `B V 413`. */
export function expectVerdict(reply: Pick<Reply, "status" | "text">, allowed: string, what = ""): void {
  const oneOf = expect.stringMatching(new RegExp(`^(${allowed.replaceAll(" ", "|")})$`));
  const seen = { what, verdict: verdictOf(reply), text: reply.text.slice(0, 300) };
  expect(seen).toEqual({ what, verdict: oneOf, text: expect.any(String) });
}

/** Each value with a label for test titles. */
export function labelled<T>(values: readonly T[]): [label: string, value: T][] {
  const shown = (_: string, value: unknown) => (value === undefined ? "(none)" : value);
  return values.map((value) => [JSON.stringify(value, shown).slice(0, 60), value]);
}

/** The least time of several tries: slower ones measure the machine. */
export async function fastestMs(tries: number, attempt: () => Promise<{ ms: number }>): Promise<number> {
  const times: number[] = [];
  for (let made = 0; made < tries; made += 1) times.push((await attempt()).ms);
  return Math.min(...times);
}

/** A bound for HTTP on a busy machine. Superlinear work takes far longer. */
export const AT_ONCE_MS = 100;

type Registered = Awaited<ReturnType<typeof registered>>;
const regulars = new Map<string, Registered>();

/** Starts a service for a test file. After each test a valid login must work. Resolves to its URL. */
export async function serviceUnderFire(env: Record<string, string> = {}): Promise<string> {
  const service = await startTestService(env);
  afterEach(() => aValidLoginWorks(service.address));
  afterAll(() => service.stop());
  return service.address;
}

/** A user registered before the hostile requests. */
export async function regularOf(url: string): Promise<Registered> {
  const known = regulars.get(url) ?? (await registered(url));
  regulars.set(url, known);
  return known;
}

/** Expects that a valid login works. Call it after hostile requests. */
export async function aValidLoginWorks(url: string): Promise<void> {
  const { email, password, username } = await regularOf(url);
  const { status, body } = await call(url, "POST /api/login", { json: { email, password } });
  expect([status, body.username]).toEqual([200, username]);
  const me = await call(url, "GET /api/me", { token: body.access_token });
  expect([me.status, me.body.email]).toEqual([200, email]);
}

/** Expects that a refused registration left nothing: the same person can register. */
export async function canStillRegister(url: string, person: ReturnType<typeof someone>): Promise<void> {
  const { username, email, password } = person;
  const { status, body } = await call(url, "POST /api/register", { json: { username, email, password } });
  expect([status, body.code]).toEqual([201, undefined]);
}

export interface BodyCall {
  readonly line: string;
  readonly headers: OutgoingHttpHeaders;
  /** A valid body, except for a wrong password, link or code. */
  readonly fields: Record<string, string>;
}

/** Every call that reads JSON, each with a body that is right but for a wrong password, link or code. */
export async function bodyCalls(url: string): Promise<BodyCall[]> {
  const { access_token, email } = await regularOf(url);
  const headers = { ...JSON_TYPE, ...bearer(access_token) };
  return [
    { line: "POST /api/register", headers: JSON_TYPE, fields: someone() },
    { line: "POST /api/login", headers: JSON_TYPE, fields: { email, password: "wrong horse" } },
    {
      line: "POST /api/password",
      headers,
      fields: { current_password: "wrong horse", new_password: "another horse" },
    },
    {
      line: "POST /api/login/second-factor",
      headers: JSON_TYPE,
      fields: { challenge: "no.such.challenge", code: "123456" },
    },
    { line: "POST /api/factors/totp/confirm", headers, fields: { code: "123456" } },
    { line: "POST /api/reauthenticate", headers, fields: { password: "wrong horse" } },
    { line: "DELETE /api/me", headers, fields: { password: "wrong horse" } },
    { line: "PATCH /api/me", headers, fields: { username: "Another", password: "wrong horse" } },
    { line: "POST /api/password/forgot", headers: JSON_TYPE, fields: { email: "nobody@example.com" } },
    {
      line: "POST /api/password/reset",
      headers: JSON_TYPE,
      fields: { token: "no.such.link", new_password: "another horse" },
    },
    { line: "POST /api/email/verify", headers: JSON_TYPE, fields: { token: "no.such.link" } },
    { line: "POST /api/email/cancel", headers: JSON_TYPE, fields: { token: "no.such.link" } },
    { line: "POST /api/email/verify/resend", headers: JSON_TYPE, fields: { email: "nobody@example.com" } },
  ];
}
