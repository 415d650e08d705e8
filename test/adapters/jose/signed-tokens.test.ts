import { randomBytes } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { verifyJws, withoutKid } from "../../../src/adapters/jose/verify.ts";
import { hmac, type Json, token as sign } from "./signed-by-hand.ts";

const signed = (key: Uint8Array, payload: Json) => sign({ alg: "HS256", typ: "JWT" }, payload, hmac(key));

const expected = { algorithm: "HS256", typ: "JWT", now: new Date(), evenExpired: false };

const isGood = (token: string, key: Uint8Array) =>
  verifyJws(token, expected, withoutKid({ key })).then(
    () => true,
    () => false,
  );

/** The used heap in bytes, after garbage collection. */
function usedHeap(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().heapUsed;
}

/** Makes each token unique, since results are cached for the whole process. */
let made = 0;
const claims = (more: Json = {}) => {
  made += 1;
  return { jti: `${made}`, ...more };
};

describe("tokens whose signature was verified", () => {
  it("are not verified again: a key that is changed in its place does not matter to them", async () => {
    const key = randomBytes(32);
    const [seen, unseen] = [signed(key, claims()), signed(key, claims())];
    expect(await isGood(seen, key)).toBe(true);
    key.fill(0);
    expect(await isGood(seen, key)).toBe(true);
    expect(await isGood(unseen, key)).toBe(false);
  });

  it("are those of the very same bytes", async () => {
    const key = randomBytes(32);
    const token = signed(key, claims({ role: "user" }));
    expect(await isGood(token, key)).toBe(true);
    const [header, , signature] = token.split(".");
    const [, forged] = signed(key, { role: "admin" }).split(".");
    expect(await isGood(`${header}.${forged}.${signature}`, key)).toBe(false);
    expect(await isGood(`${token.slice(0, -2)}AA`, key)).toBe(false);
    expect(await isGood(`${token}.`, key)).toBe(false);
    expect(await isGood(` ${token}`, key)).toBe(false);
  });

  it("are of one key: another one, or the same key loaded anew, verifies for itself", async () => {
    const key = randomBytes(32);
    const token = signed(key, claims());
    expect(await isGood(token, key)).toBe(true);
    expect(await isGood(token, randomBytes(32))).toBe(false);
    const again = Uint8Array.from(key);
    expect(await isGood(token, again)).toBe(true);
  });

  it("are not those that were bad", async () => {
    const key = new Uint8Array(32);
    const other = randomBytes(32);
    const token = signed(other, claims());
    expect(await isGood(token, key)).toBe(false);
    key.set(other);
    expect(await isGood(token, key)).toBe(true);
  });

  it("must be all else at each use: of the key, the type, the times, the issuer and the audience", async () => {
    const key = randomBytes(32);
    const exp = Math.floor(expected.now.getTime() / 1_000) + 60;
    const token = signed(key, claims({ exp, iss: "here", aud: "you" }));
    const verdict = (changes: object, find = withoutKid({ key })) =>
      verifyJws(token, { ...expected, ...changes }, find).then(
        () => "good",
        ({ code }) => code,
      );
    expect(await verdict({})).toBe("good");
    expect(await verdict({}, async () => undefined)).toBe("invalid_token");
    expect(await verdict({ typ: "at+jwt" })).toBe("invalid_token");
    expect(await verdict({ algorithm: "ES256" })).toBe("invalid_token");
    expect(await verdict({ issuer: "there" })).toBe("invalid_token");
    expect(await verdict({ audience: "them" })).toBe("invalid_token");
    expect(await verdict({ now: new Date((exp + 6) * 1_000) })).toBe("expired_token");
    expect(await verdict({})).toBe("good");
  });

  it("cannot be changed by a reader", async () => {
    const key = randomBytes(32);
    const token = signed(key, claims({ role: "user" }));
    const { payload } = await verifyJws(token, expected, withoutKid({ key }));
    expect(() => Object.assign(payload, { role: "admin" })).toThrow(TypeError);
    expect((await verifyJws(token, expected, withoutKid({ key }))).payload.role).toBe("user");
  });

  it("are kept without what was around them, as long as that may be", async () => {
    const key = randomBytes(32);
    const before = usedHeap();
    for (let n = 0; n < 2_000; n += 1) {
      const header = `Bearer ${" ".repeat(15_000)}${signed(key, claims())}`;
      expect(await isGood(/\S+$/.exec(header)?.[0] as string, key)).toBe(true);
    }
    // everything around them is 30 MB
    expect(usedHeap() - before).toBeLessThan(10_000_000);
  });

  it("are forgotten, the oldest first, where there are 20,000 newer ones", async () => {
    const key = randomBytes(32);
    const tokens = Array.from({ length: 20_001 }, () => signed(key, claims()));
    for (const token of tokens) await verifyJws(token, expected, withoutKid({ key }));
    key.fill(0);
    expect(await isGood(tokens[1] as string, key)).toBe(true);
    expect(await isGood(tokens[0] as string, key)).toBe(false);
  }, 60_000);
});
