import { CompactEncrypt, CompactSign } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { headerOf, hmac, payloadOf, token as sign } from "../adapters/jose/signed-by-hand.ts";
import { call, registered } from "../support/api.ts";
import { AT_ONCE_MS, bearer, expectVerdict, fastestMs, MARKER, send, serviceUnderFire } from "./support.ts";
import {
  callWith,
  JWT_SECRET_KEY,
  KNOWN_SECRETS,
  REFRESH_KEY,
  refusedAtOauth,
  refusedEverywhere,
  stillLives,
  TOKEN_CALLS,
} from "./token-support.ts";

const url = await serviceUnderFire(KNOWN_SECRETS);
let mine: Awaited<ReturnType<typeof registered>>;
beforeEach(async () => {
  mine = await registered(url);
});
afterEach(() => stillLives(url, mine));

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const base64url = (text: string) => Buffer.from(text).toString("base64url");

/** Other encodings of a token that a lenient parser accepts as the same one. */
function respelled(token: string): string[] {
  const [first, second, third] = token.split(".") as [string, string, string];
  const standard = token.replaceAll("-", "+").replaceAll("_", "/");
  const lastLetters = [first, second, third].flatMap((segment, index) =>
    [...ALPHABET]
      .map((letter) => segment.slice(0, -1) + letter)
      .filter((spelling) => spelling !== segment && sameBytes(spelling, segment))
      .map((spelling) => [first, second, third].with(index, spelling).join(".")),
  );
  return [
    `${token}=`,
    `${token}==`,
    `${token}====`,
    `${first}=.${second}.${third}`,
    `${first}==.${second}==.${third}=`,
    `${first}.${second}=.${third}`,
    `${token}.`,
    `.${token}`,
    `${token}~`,
    `${first}..${second}.${third}`,
    `${token}A`,
    token.toUpperCase(),
    ...(standard === token ? [] : [standard]),
    ...lastLetters,
  ];
}

function sameBytes(one: string, other: string): boolean {
  return Buffer.from(one, "base64url").equals(Buffer.from(other, "base64url"));
}

describe.each(["access_token", "refresh_token"] as const)("%s", (kind) => {
  const key = () => (kind === "access_token" ? JWT_SECRET_KEY : REFRESH_KEY);
  const parts = () => mine[kind].split(".") as [string, string, string];

  it.each<[string, (parts: [string, string, string], whole: string) => string]>([
    ["one segment", ([first]) => first],
    ["two segments", ([first, second]) => `${first}.${second}`],
    ["an empty signature", ([first, second]) => `${first}.${second}.`],
    ["an empty payload", ([first, , third]) => `${first}..${third}`],
    ["an empty header", ([, second, third]) => `.${second}.${third}`],
    ["four segments", ([, , third], whole) => `${whole}.${third}`],
    ["five segments", ([first, second, third]) => `${first}..${second}.${third}.${third}`],
    ["dots alone", () => ".."],
    ["twice itself", (_, whole) => whole + whole],
    ["another's signature", ([first, second]) => `${first}.${second}.${base64url(MARKER.padEnd(32))}`],
    ["7 kB", ([first, , third]) => `${first}.${"A".repeat(7_000)}.${third}`],
    ["10 kB", ([first, , third]) => `${first}.${"A".repeat(10_000)}.${third}`],
    ["6,000 segments", () => "a.".repeat(6_000)],
    ["null", () => "null"],
    ["undefined", () => "undefined"],
    ["objects in base64url", () => [base64url("[]"), base64url("{}"), "AAAA"].join(".")],
    ["nested lists", () => [base64url("[".repeat(5_000)), base64url("{}"), "AAAA"].join(".")],
  ])("of %s: T at once", async (what, shape) => {
    const shaped = shape(parts(), mine[kind]);
    await refusedEverywhere(url, shaped, { what });
    const attempt = () => send(url, "GET /api/me", { headers: bearer(shaped) });
    expect(await fastestMs(3, attempt)).toBeLessThan(AT_ONCE_MS);
  });

  it("encrypted, or signed again around itself: T", async () => {
    const [header, payload] = [headerOf(mine[kind]), payloadOf(mine[kind])];
    const secret = Buffer.from(key());
    const plain = new TextEncoder().encode(JSON.stringify(payload));
    const typ = String(header.typ);
    const jwe = (bytes: Uint8Array, extra: object) =>
      new CompactEncrypt(bytes)
        .setProtectedHeader({ alg: "dir", enc: "A256GCM", typ, ...extra })
        .encrypt(secret.subarray(0, 32));
    const whole = new TextEncoder().encode(mine[kind]);
    for (const hostile of [
      await jwe(plain, {}),
      await jwe(whole, { cty: "JWT" }),
      await new CompactSign(whole).setProtectedHeader({ alg: "HS256", typ, cty: "JWT" }).sign(secret),
      await new CompactSign(whole).setProtectedHeader({ alg: "HS256", typ }).sign(secret),
    ]) {
      await refusedEverywhere(url, hostile);
    }
  });

  it("in JSON serialisation: T", async () => {
    const [first, second, third] = parts();
    for (const hostile of [
      { protected: first, payload: second, signature: third },
      { payload: second, signatures: [{ protected: first, signature: third }] },
      [mine[kind]],
    ]) {
      await refusedEverywhere(url, JSON.stringify(hostile));
      await refusedEverywhere(url, base64url(JSON.stringify(hostile)));
    }
  });

  it("with one bit flipped, anywhere: T", async () => {
    const genuine = mine[kind];
    const flipped = [...genuine].flatMap((letter, place) =>
      [0, 1, 2, 3, 4, 5, 6]
        .map((bit) => String.fromCharCode(letter.charCodeAt(0) ^ (1 << bit)))
        .filter((other) => /[A-Za-z0-9._~+/=-]/.test(other))
        .map((other) => genuine.slice(0, place) + other + genuine.slice(place + 1)),
    );
    expect(flipped.length).toBeGreaterThan(genuine.length * 4);
    const taking = TOKEN_CALLS.filter(({ takes }) => takes.includes(kind.replace("_token", "")));
    // each of them at one call, and some at all calls
    for (const [index, hostile] of flipped.entries()) {
      if (index % 199 === 0) await refusedEverywhere(url, hostile);
    }
    const atOne = async (hostile: string, index: number) => {
      const target = taking[index % taking.length] as (typeof taking)[number];
      expectVerdict(await callWith(url, target, bearer(hostile)), "T", hostile);
    };
    for (let from = 0; from < flipped.length; from += 64) {
      await Promise.all(flipped.slice(from, from + 64).map(atOne));
    }
  }, 60_000);

  it("with padding, changed trailing bits or the standard alphabet: T", async () => {
    const payload = { ...payloadOf(mine[kind]), extra: "???>>>~~~ÿÿÿ" };
    const dashed = sign(headerOf(mine[kind]), payload, hmac(key()));
    expect(dashed).toMatch(/[-_]/);
    for (const hostile of [
      ...respelled(mine[kind]),
      dashed.replaceAll("-", "+").replaceAll("_", "/"),
      `${dashed}=`,
    ]) {
      await refusedEverywhere(url, hostile);
    }
  });

  it("with spaces or signs that no token has: T", async () => {
    const [first, second, third] = parts();
    for (const sign of [" ", "%", "!", "\t", "\u00e9", ";", "{"]) {
      for (const hostile of [`${first}.${second}${sign}.${third}`, `${first}${sign}.${second}.${third}`]) {
        // a space makes two words of it
        await refusedEverywhere(url, hostile, { allowed: /\s/.test(sign) ? "M T B" : "T" });
      }
    }
    for (const sign of ["\u00a0", "%", "\u00e9", ","]) {
      for (const hostile of [mine[kind] + sign, sign + mine[kind]]) await refusedEverywhere(url, hostile);
    }
    for (const sign of ["\n", "\0", "\r\n", " ", "\ufeff", "\u2003", "\uff0e"]) {
      for (const hostile of [mine[kind] + sign, sign + mine[kind]]) {
        await refusedAtOauth(url, hostile);
      }
    }
  });

  it("revoked, in another spelling: T", async () => {
    const other = await registered(url);
    const revoking = kind === "access_token" ? "POST /api/logout/access" : "POST /api/logout/refresh";
    expect((await call(url, revoking, { token: other[kind] })).status).toBe(200);
    for (const hostile of [other[kind], ...respelled(other[kind])]) await refusedEverywhere(url, hostile);
  });
});
