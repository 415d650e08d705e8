import { createHmac, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { mustBeSigned } from "../../../src/adapters/jose/verified-signatures.ts";

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

function signed(key: Uint8Array, payload: object): string {
  const input = `${encoded({ alg: "HS256", typ: "JWT" })}.${encoded(payload)}`;
  return `${input}.${createHmac("sha256", key).update(input).digest("base64url")}`;
}

const isGood = (token: string, key: Uint8Array) =>
  mustBeSigned(token, key, "HS256").then(
    () => true,
    () => false,
  );

describe("signatures that were verified", () => {
  it("are not verified again: a key that is changed in its place does not matter to them", async () => {
    const key = randomBytes(32);
    const [seen, unseen] = [signed(key, { n: 1 }), signed(key, { n: 2 })];
    expect(await isGood(seen, key)).toBe(true);
    key.fill(0);
    expect(await isGood(seen, key)).toBe(true);
    expect(await isGood(unseen, key)).toBe(false);
  });

  it("are those of the very same bytes", async () => {
    const key = randomBytes(32);
    const token = signed(key, { role: "user" });
    expect(await isGood(token, key)).toBe(true);
    const [header, , signature] = token.split(".");
    expect(await isGood(`${header}.${encoded({ role: "admin" })}.${signature}`, key)).toBe(false);
    expect(await isGood(`${token.slice(0, -2)}AA`, key)).toBe(false);
    expect(await isGood(`${token}.`, key)).toBe(false);
  });

  it("are of one key: another one, or the same key loaded anew, verifies for itself", async () => {
    const key = randomBytes(32);
    const token = signed(key, {});
    expect(await isGood(token, key)).toBe(true);
    expect(await isGood(token, randomBytes(32))).toBe(false);
    const again = Uint8Array.from(key);
    expect(await isGood(token, again)).toBe(true);
  });

  it("are not those that were bad", async () => {
    const key = new Uint8Array(32);
    const other = randomBytes(32);
    const token = signed(other, {});
    expect(await isGood(token, key)).toBe(false);
    key.set(other);
    expect(await isGood(token, key)).toBe(true);
  });

  it("are forgotten, the oldest first, where there are 50,000 newer ones", async () => {
    const key = randomBytes(32);
    const tokens = Array.from({ length: 50_001 }, (_, n) => signed(key, { n }));
    for (const token of tokens) await mustBeSigned(token, key, "HS256");
    key.fill(0);
    expect(await isGood(tokens[1] as string, key)).toBe(true);
    expect(await isGood(tokens[0] as string, key)).toBe(false);
  }, 60_000);
});
