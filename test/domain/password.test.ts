import fc from "fast-check";
import { expect, it } from "vitest";
import { newPasswordFaults, normalizedPassword, presentedPasswordFaults } from "../../src/domain/password.ts";
import { growthOf, isLinear } from "../support/growth.ts";

const policy = { minLength: 8 };
const passwordFault = (password: string, { minLength }: { minLength: number }) =>
  newPasswordFaults("password", password, { minLength })[0]?.message;
const isPasswordTooLong = (password: string) => presentedPasswordFaults("password", password).length > 0;

it("counts characters as people do at the short end: eight code points, whatever their bytes", () => {
  expect(passwordFault("1234567", policy)).toMatch(/8 characters/);
  expect(passwordFault("12345678", policy)).toBeUndefined();
  expect(passwordFault("😀".repeat(7), policy)).toMatch(/8 characters/);
  expect(passwordFault("😀".repeat(8), policy)).toBeUndefined();
});

it("counts bytes at the long end: 1,024, whatever their characters", () => {
  for (const [longest, oneMore] of [
    ["a".repeat(1_024), "a".repeat(1_025)],
    ["é".repeat(512), `${"é".repeat(512)}a`],
    ["😀".repeat(256), `${"😀".repeat(256)}a`],
  ] as const) {
    expect([passwordFault(longest, policy), isPasswordTooLong(longest)]).toEqual([undefined, false]);
    expect([passwordFault(oneMore, policy), isPasswordTooLong(oneMore)]).toEqual([
      expect.stringMatching(/1024 bytes/),
      true,
    ]);
  }
});

it("goes by the length that the operator set", () => {
  expect(passwordFault("a".repeat(11), { minLength: 12 })).toMatch(/12 characters/);
  expect(passwordFault("a".repeat(12), { minLength: 12 })).toBeUndefined();
});

it("lets spaces count, at either end too", () => {
  expect(passwordFault("        ", policy)).toBeUndefined();
  expect(normalizedPassword(" pass word ")).toBe(" pass word ");
});

it("is one password however a keyboard composes it, and no other", () => {
  expect(normalizedPassword("cafe\u0301 creme")).toBe(normalizedPassword("caf\u00e9 creme"));
  expect(normalizedPassword("ﬁne words")).not.toBe(normalizedPassword("fine words"));
  expect(normalizedPassword("Case Counts")).not.toBe(normalizedPassword("case counts"));
});

it("counts what is hashed, however a keyboard composes it", () => {
  expect(passwordFault("e\u0301".repeat(7), policy)).toMatch(/8 characters/);
  expect(passwordFault("e\u0301".repeat(8), policy)).toBeUndefined();
  // seven characters that NFC takes apart
  expect(passwordFault("\u0958".repeat(4), policy)).toBeUndefined();
  for (const [longest, oneMore] of [
    // 1,536 bytes that become 1,024
    ["e\u0301".repeat(512), `${"e\u0301".repeat(512)}a`],
    // 3,069 bytes that become 1,023
    ["\u1112\u1161\u11ab".repeat(341), `${"\u1112\u1161\u11ab".repeat(341)}aa`],
    // 510 bytes that become 1,020
    ["\u0958".repeat(170), "\u0958".repeat(171)],
  ] as const) {
    expect(passwordFault(longest, policy)).toBeUndefined();
    expect(passwordFault(oneMore, policy)).toMatch(/1024 bytes/);
    expect(isPasswordTooLong(longest)).toBe(false);
  }
});

it("a presented one may be as long as sent or as hashed, since hashes of both kinds may be there", () => {
  expect(isPasswordTooLong("\u0958".repeat(341))).toBe(false);
  expect(isPasswordTooLong("\u0958".repeat(342))).toBe(true);
  expect(isPasswordTooLong(`${"e\u0301".repeat(512)}a`)).toBe(true);
});

it("is not normalised where that takes long and can make nothing shorter", () => {
  const normalized: number[] = [];
  const watched = (text: string) =>
    Object.assign(new String(text), {
      normalize: (form: string) => {
        normalized.push(text.length);
        return text.normalize(form);
      },
    }) as string;
  for (const size of [2_000, 20_000]) {
    expect(isPasswordTooLong(watched(`a${"\u0315\u0300\u0323\u0327".repeat(size / 8)}`))).toBe(true);
    expect(isPasswordTooLong(watched("a".repeat(size * 2)))).toBe(true);
  }
  expect(normalized).toEqual([]);
});

it("never says in a fault what was typed, and measures like the bytes that are sent or hashed", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 3, maxLength: 2_000 }), (password) => {
      expect(passwordFault(password, policy) ?? "").not.toContain(password);
      const [sent, hashed] = [password, password.normalize("NFC")].map((text) => Buffer.byteLength(text));
      expect(isPasswordTooLong(password)).toBe(Math.min(sent ?? 0, hashed ?? 0) > 1_024);
    }),
  );
});

it("is refused, where that is asked, for being common or one's own name or address", () => {
  const asked = { minLength: 8, isCommon: (password: string) => password === "iloveyou" };
  const owner = {
    username: { shown: "Ada Lovelace", canonical: "ada lovelace" },
    email: { shown: "lovelace@Example.com", canonical: "lovelace@example.com" },
  };
  const codes = (password: string, rules: typeof asked | typeof policy) =>
    newPasswordFaults("password", password, rules, owner).map(({ message }) => message);
  expect(codes("iloveyou", asked)).toEqual([expect.stringMatching(/too common/)]);
  for (const own of ["ADA Lovelace", " lovelace@example.com ", "Lovelace"]) {
    expect([own, codes(own, asked)]).toEqual([own, [expect.stringMatching(/one's own/)]]);
    expect(codes(own, policy)).toEqual([]);
  }
  expect(codes("correct horse", asked)).toEqual([]);
  expect(codes("iloveyou", policy)).toEqual([]);
});

const ada = {
  username: { shown: "Ada L.", canonical: "ada l." },
  email: { shown: "Lovelace@Example.com", canonical: "lovelace@example.com" },
};
const common = { minLength: 8, isCommon: (password: string) => password.toLowerCase() === "iloveyou" };
const refusalOf = (password: string, owner = {}) =>
  newPasswordFaults("password", password, common, owner)[0]?.message;

it("is refused for being made of one's own name and address, however often, joined and spelt", () => {
  const ways = fc.record({
    words: fc.array(fc.constantFrom("ada l.", "lovelace", "lovelace@example.com"), { minLength: 2 }),
    joint: fc.constantFrom("", " ", ".", "_", "-", "@", " - "),
    spell: fc.constantFrom(
      (text: string) => text,
      (text: string) => text.toUpperCase(),
      (text: string) => ` ${text} `,
      (text: string) => text.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0)),
    ),
  });
  fc.assert(
    fc.property(ways, ({ words, joint, spell }) => {
      const password = spell(words.join(joint));
      fc.pre(Buffer.byteLength(password) <= 1_024);
      expect(refusalOf(password, ada)).toMatch(/one's own/);
      expect(refusalOf(`${password}x`, ada)).toBeUndefined();
      expect(refusalOf(password)).toBeUndefined();
      expect(newPasswordFaults("password", password, policy, ada)).toEqual([]);
    }),
  );
});

it("is refused for being one's own name with its signs spelt otherwise", () => {
  const owner = { username: { shown: "Conor O\u2019Brien", canonical: "conor o'brien" } };
  for (const own of ["Conor O\u2019Brien", "conor o'brien", "CONOROBRIEN"]) {
    expect([own, refusalOf(own, owner)]).toEqual([own, expect.stringMatching(/one's own/)]);
  }
});

it("is not refused for holding one's own name, or for being nothing but joints", () => {
  for (const password of ["ada likes bees", "lovelace1815", "........", "        ", "-- @@ --"]) {
    expect([password, refusalOf(password, ada)]).toEqual([password, undefined]);
    expect([password, refusalOf(password)]).toEqual([password, undefined]);
  }
});

it("is compared with names in linear time, for all overlaps of them", async () => {
  const owner = {
    username: { shown: "a", canonical: "a" },
    email: { shown: "aa@a.aa", canonical: "aa@a.aa" },
  };
  const [small, large] = [`${"a".repeat(63)}b`, `${"a".repeat(1_023)}b`];
  for (const text of [small, large]) expect(refusalOf(text, owner)).toBeUndefined();
  expect(await growthOf((text) => refusalOf(text, owner), small, large)).toSatisfy((growth) =>
    isLinear(growth),
  );
});

it("throws for no text, with the check of common passwords", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 1_500 }), fc.boolean(), (password, isKnown) => {
      expect(newPasswordFaults("password", password, common, isKnown ? ada : {}).length).toBeLessThan(2);
    }),
  );
});
