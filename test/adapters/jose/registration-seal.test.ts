import { randomBytes } from "node:crypto";
import { CompactEncrypt, EncryptJWT } from "jose";
import { describe, expect, it } from "vitest";
import { registrationSeal } from "../../../src/adapters/jose/registration-seal.ts";

const NOW = new Date("2026-01-01T00:00:00.000Z");
const UNTIL = new Date("2026-01-02T00:00:00.000Z");
const [KEY, OTHER] = [randomBytes(32), randomBytes(32)];
const registration = {
  id: "4f6e2f4c-7c0b-4a29-8f3b-0d5f8a2a7c11",
  username: { shown: "Ada", canonical: "ada" },
  email: { shown: "Ada@Example.com", canonical: "ada@example.com" },
  passwordHash: "$argon2id$v=19$m=64,t=1,p=1$c2FsdA$aGFzaA",
  askedAt: new Date("2025-12-31T23:00:00.001Z"),
};
const seal = registrationSeal([KEY]);

describe("a sealed registration", () => {
  it("is opened as it went in, before its end, and tells nothing by itself", async () => {
    const text = await seal.seal(registration, UNTIL);
    expect(await seal.open(text, NOW)).toEqual(registration);
    expect(await seal.open(text, new Date(UNTIL.getTime() - 1_000))).toEqual(registration);
    expect(await seal.open(text, UNTIL)).toBeUndefined();
    const parts = text.split(".").map((part) => Buffer.from(part, "base64url").toString("latin1"));
    expect(parts.join()).not.toMatch(/ada|argon2/i);
    expect(await seal.seal(registration, UNTIL)).not.toBe(text);
  });

  it("is opened under the key before while keys change, and under no other", async () => {
    const text = await seal.seal(registration, UNTIL);
    expect(await registrationSeal([OTHER, KEY]).open(text, NOW)).toEqual(registration);
    expect(await registrationSeal([OTHER]).open(text, NOW)).toBeUndefined();
  });

  it("of the longest name and address is short enough for a link", async () => {
    const [name, email] = ["𐌰".repeat(64), `${"ä".repeat(32)}@${"ü".repeat(60)}.example`];
    const longest = {
      ...registration,
      username: { shown: name, canonical: name },
      email: { shown: email, canonical: email },
      passwordHash: "x".repeat(140),
    };
    const text = await seal.seal(longest, UNTIL);
    expect(await seal.open(text, NOW)).toEqual(longest);
    expect(text.length).toBeLessThan(2_000);
  });

  it("is not opened where anything of it was changed", async () => {
    const text = await seal.seal(registration, UNTIL);
    const parts = text.split(".");
    for (const [index, part] of parts.entries()) {
      const flipped = part.startsWith("A") ? `B${part.slice(1)}` : `A${part.slice(1)}`;
      const changed = parts.with(index, flipped).join(".");
      expect([index, await seal.open(changed, NOW)]).toEqual([index, undefined]);
    }
    for (const other of ["", "a.b.c", `${text}=`, `${text}.`, `${text}\n`, "x".repeat(100_000)]) {
      expect([seal.isSealed(other), await seal.open(other, NOW)]).toEqual([false, undefined]);
    }
  });

  it.each([
    ["without an end", (jwt: EncryptJWT) => jwt, "registration+jwt"],
    ["of another type", (jwt: EncryptJWT) => jwt.setExpirationTime(UNTIL), "JWT"],
  ])("is not taken for one %s, under the same key", async (_, change, typ) => {
    const jwt = new EncryptJWT({ registration }).setProtectedHeader({ alg: "dir", enc: "A256GCM", typ });
    expect(await seal.open(await change(jwt).encrypt(KEY), NOW)).toBeUndefined();
  });

  it("is no key that was sealed", async () => {
    const bytes = new TextEncoder().encode(JSON.stringify({ kty: "EC" }));
    const text = await new CompactEncrypt(bytes)
      .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
      .encrypt(KEY);
    expect(await seal.open(text, NOW)).toBeUndefined();
  });
});
