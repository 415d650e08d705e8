import { randomBytes } from "node:crypto";
import { CompactEncrypt } from "jose";
import { describe, expect, it } from "vitest";
import { factorSeal } from "../../../src/adapters/jose/factor-seal.ts";
import { registrationSeal } from "../../../src/adapters/jose/registration-seal.ts";

const [KEY, FORMER, OTHER] = [randomBytes(32), randomBytes(32), randomBytes(32)];
const SECRET = new Uint8Array(randomBytes(20));
const OWNER = {
  userId: "4f6e2f4c-7c0b-4a29-8f3b-0d5f8a2a7c11",
  factorId: "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d",
};
const seal = factorSeal([KEY]);

/** The parts of the text, one of them replaced. */
function withPart(text: string, at: number, part: string): string {
  const parts = text.split(".");
  parts[at] = part;
  return parts.join(".");
}

const header = (fields: object) => Buffer.from(JSON.stringify(fields)).toString("base64url");
const usual = { alg: "dir", enc: "A256GCM", sub: OWNER.userId, kid: OWNER.factorId };

describe("a sealed secret", () => {
  it("opens as it went in, and tells nothing by itself", async () => {
    const text = await seal.seal(SECRET, OWNER);
    const opened = await seal.open(text, OWNER);
    expect([...opened.secret]).toEqual([...SECRET]);
    expect(opened.isOutdated).toBe(false);
    const parts = text.split(".").map((part) => Buffer.from(part, "base64url"));
    for (const part of parts) expect(part.includes(Buffer.from(SECRET))).toBe(false);
    expect(await seal.seal(SECRET, OWNER)).not.toBe(text);
  });

  it.each([
    ["another user", { ...OWNER, userId: "another" }],
    ["another factor of the user", { ...OWNER, factorId: "another" }],
    ["the two ids exchanged", { userId: OWNER.factorId, factorId: OWNER.userId }],
    ["no ids", { userId: "", factorId: "" }],
  ])("opens not for %s", async (_, owner) => {
    const text = await seal.seal(SECRET, OWNER);
    await expect(seal.open(text, owner)).rejects.toThrow("cannot be opened");
    await expect(seal.open(await seal.seal(SECRET, owner), OWNER)).rejects.toThrow("cannot be opened");
  });

  it("opens under a former key and says so, under no other, and is then sealed under the present one", async () => {
    const text = await factorSeal([FORMER]).seal(SECRET, OWNER);
    const changing = factorSeal([KEY, FORMER]);
    const opened = await changing.open(text, OWNER);
    expect([[...opened.secret], opened.isOutdated]).toEqual([[...SECRET], true]);
    for (const keys of [[KEY], [OTHER], [OTHER, KEY]] as const)
      await expect(factorSeal([...keys]).open(text, OWNER)).rejects.toThrow("cannot be opened");
    const again = await changing.seal(opened.secret, OWNER);
    expect(await seal.open(again, OWNER)).toMatchObject({ isOutdated: false });
  });

  it("with any of its characters changed does not open", async () => {
    const text = await seal.seal(SECRET, OWNER);
    for (let at = 0; at < text.length; at += 1) {
      const other = text[at] === "A" ? "B" : "A";
      const spoilt = text.slice(0, at) + other + text.slice(at + 1);
      // the last character of a part may have bits that no byte needs
      const bytes = (from: string) =>
        from
          .split(".")
          .map((part) => Buffer.from(part, "base64url").toString("hex"))
          .join();
      const opened = await seal.open(spoilt, OWNER).catch(() => undefined);
      if (bytes(spoilt) !== bytes(text) || at < text.indexOf("."))
        expect([at, opened]).toEqual([at, undefined]);
    }
  });

  it("of another record does not open with the header of this one", async () => {
    const mine = await seal.seal(SECRET, OWNER);
    const hers = await seal.seal(SECRET, { ...OWNER, userId: "eve" });
    const moved = withPart(hers, 0, mine.split(".")[0] as string);
    await expect(seal.open(moved, OWNER)).rejects.toThrow("cannot be opened");
    await expect(seal.open(moved, { ...OWNER, userId: "eve" })).rejects.toThrow("cannot be opened");
  });

  it.each<[string, () => string | Promise<string>]>([
    ["nothing", () => ""],
    ["any text", () => "x"],
    ["five empty parts", () => "...."],
    ["a signed token", () => `${header({ alg: "HS256" })}.e30.AAAA`],
    ["no encryption", () => `${header({ alg: "none" })}....`],
    ["the header as it is, and nothing sealed", () => `${header(usual)}....`],
    ["a sealed registration", () => sealedRegistration()],
    ["another algorithm of the content", () => by({ ...usual, enc: "A128CBC-HS256" })],
    ["a key that is wrapped", () => by({ ...usual, alg: "A256KW" })],
    ["a password as the key", () => by({ ...usual, alg: "PBES2-HS256+A128KW" })],
    ["an extension that must be understood", () => by({ ...usual, crit: ["exp"], exp: 1 })],
  ])("%s does not open", async (_, make) => {
    await expect(seal.open(await make(), OWNER)).rejects.toThrow("cannot be opened");
  });
});

/** Sealed under the same key by other means, where that is possible with a key of its length. */
async function by(fields: typeof usual & { crit?: string[]; exp?: number }): Promise<string> {
  try {
    return await new CompactEncrypt(SECRET).setProtectedHeader(fields).encrypt(KEY, { crit: { exp: true } });
  } catch {
    return withPart(await seal.seal(SECRET, OWNER), 0, header(fields));
  }
}

function sealedRegistration(): Promise<string> {
  const registration = {
    id: OWNER.factorId,
    username: { shown: "Ada", canonical: "ada" },
    email: { shown: "ada@example.com", canonical: "ada@example.com" },
    passwordHash: "$argon2id$v=19$m=64,t=1,p=1$c2FsdA$aGFzaA",
    askedAt: new Date("2025-12-31T23:00:00.001Z"),
  };
  return registrationSeal([KEY]).seal(registration, new Date("2100-01-02T00:00:00.000Z"));
}
