import { domainToASCII } from "node:url";
import { expect, it } from "vitest";
import { emailRules } from "../../src/domain/email.ts";

const { canonicalEmail, parseEmail } = emailRules(domainToASCII);

it.each([
  ["ada@example.com", "ada@example.com", "ada@example.com"],
  ["A@X.com", "A@X.com", "a@x.com"],
  ["  ada@example.com\u00a0", "ada@example.com", "ada@example.com"],
  ["ada@Bücher.example", "ada@Bücher.example", "ada@xn--bcher-kva.example"],
  ["ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"],
  ["e\u0301@x.com", "\u00e9@x.com", "\u00e9@x.com"],
  ["ada\uff20x\uff0ecom", "ada@x.com", "ada@x.com"],
  ["\u212Aate@x.com", "Kate@x.com", "kate@x.com"],
  ["\ufb01n@x.com", "fin@x.com", "fin@x.com"],
  ["\u017fam@x.com", "sam@x.com", "sam@x.com"],
  ["почта@пример.рф", "почта@пример.рф", "почта@xn--e1afmkfd.xn--p1ai"],
])("%j is shown as %j and compared as %j", (text, shown, canonical) => {
  expect(parseEmail(text)).toEqual({ shown, canonical });
  expect(canonicalEmail(text)).toBe(canonical);
});

it.each([
  "a+b@x.com",
  "first.last@x.com",
  "o'neil@x.com",
  "!#$%&'*+/=?^_`{|}~-@x.com",
  "constructor@x.com",
  "a@1.com",
])("%j is an address", (text) => {
  expect(parseEmail(text)?.canonical).toBe(text);
});

it("keeps apart two domains that differ in a sigma, and finds an account that a former version stored", () => {
  const { storedEmails } = emailRules(domainToASCII);
  const [final, other] = ["ada@\u03bb\u03cc\u03b3\u03bf\u03c2.gr", "ada@\u03bb\u03cc\u03b3\u03bf\u03c3.gr"];
  expect(domainToASCII(final.slice(4))).not.toBe(domainToASCII(other.slice(4)));
  expect(canonicalEmail(final)).toBe(`ada@${domainToASCII(final.slice(4))}`);
  expect(canonicalEmail(other)).toBe(`ada@${domainToASCII(other.slice(4))}`);
  expect(canonicalEmail(other.toUpperCase())).toBe(canonicalEmail(other));
  expect(storedEmails(final)).toEqual([canonicalEmail(final), canonicalEmail(other)]);
  expect(storedEmails(other)).toEqual([canonicalEmail(other)]);
  // before the @ they are one
  expect(canonicalEmail("\u03bf\u03c2@x.com")).toBe(canonicalEmail("\u03bf\u03c3@x.com"));
});

it("keeps apart what only looks the same to some mail servers: dots and plus signs", () => {
  const spellings = ["firstlast@x.com", "first.last@x.com", "first.last+tag@x.com"];
  expect(new Set(spellings.map(canonicalEmail)).size).toBe(spellings.length);
});

it.each([
  ["nothing", ""],
  ["no @", "ada.example.com"],
  ["no local part", "@x.com"],
  ["no domain", "ada@"],
  ["two @", "a@b@x.com"],
  ["an @ at the end", "a@x.com@"],
  ["a quoted local part", '"ada"@x.com'],
  ["a comment", "ada(home)@x.com"],
  ["a display name", "Ada <ada@x.com>"],
  ["two addresses", "a@x.com,b@x.com"],
  ["an IPv4 literal", "ada@[127.0.0.1]"],
  ["an IPv6 literal", "ada@[IPv6:::1]"],
  ["a bare IPv4 address", "ada@127.0.0.1"],
  ["an IPv4 address in hexadecimal", "ada@0x7f.1"],
  ["no dot in the domain", "ada@localhost"],
  ["a dot at the domain's end", "ada@x.com."],
  ["a dot at the domain's start", "ada@.x.com"],
  ["two dots in the domain", "ada@x..com"],
  ["a label that begins with a hyphen", "ada@-x.com"],
  ["a label that ends with a hyphen", "ada@x-.com"],
  ["a label of 64 letters", `ada@${"x".repeat(64)}.com`],
  ["an underscore in the domain", "ada@a_b.com"],
  ["a port", "ada@x.com:25"],
  ["an escape in the domain", "ada@%78.com"],
  ["a dot at the local part's start", ".ada@x.com"],
  ["a dot at the local part's end", "ada.@x.com"],
  ["two dots in the local part", "a..b@x.com"],
  ["a space within", "a da@x.com"],
  ["a dotless i", "\u0131da@x.com"],
  ["a dotted capital I", "\u0130da@x.com"],
  ["a dotless i in the domain", "ada@x\u0131.com"],
  ["a Cyrillic letter among Latin ones", "\u0430da@x.com"],
  ["a Cyrillic letter in a Latin domain", "ada@ex\u0430mple.com"],
  ["a zero-width space", "a\u200bda@x.com"],
  ["a zero-width joiner", "a\u200dda@x.com"],
  ["a zero-width no-break space", "a\ufeffda@x.com"],
  ["a zero-width space in the domain", "ada@x\u200b.com"],
  ["a soft hyphen", "a\u00adda@x.com"],
  ["a soft hyphen in the domain", "ada@x\u00ad.com"],
  ["a bidi override", "a\u202eda@x.com"],
  ["a bidi isolate in the domain", "ada@x\u2066.com"],
  ["NUL", "a\0da@x.com"],
  ["NUL at the end", "ada@x.com\0"],
  ["CR and LF", "a\r\nda@x.com"],
  ["LF in the domain", "ada@x\n.com"],
  ["DEL", "a\x7fda@x.com"],
  ["a lone high surrogate", "a\ud800@x.com"],
  ["a lone low surrogate", "a\udc00@x.com"],
  ["a lone surrogate in the domain", "ada@x\ud800.com"],
  ["a private character", "a\ue000@x.com"],
  ["an unassigned character", "a\u0378@x.com"],
  ["an emoji", "😀@x.com"],
])("an address with %s is refused", (_, text) => {
  expect(parseEmail(text)).toBeUndefined();
});

it("takes a local part of 64 bytes and no longer one, counting bytes and not letters", () => {
  expect(parseEmail(`${"a".repeat(64)}@x.com`)).toBeDefined();
  expect(parseEmail(`${"a".repeat(65)}@x.com`)).toBeUndefined();
  expect(parseEmail(`${"é".repeat(32)}@x.com`)).toBeDefined();
  expect(parseEmail(`${"é".repeat(32)}a@x.com`)).toBeUndefined();
});

it("takes an address of 254 bytes and no longer one", () => {
  const start = `a@${"b".repeat(62)}.${"c".repeat(62)}.${"d".repeat(62)}.`;
  const ofLength = (length: number) => `${start}${"e".repeat(length - start.length - 4)}.com`;
  expect([ofLength(254).length, ofLength(255).length]).toEqual([254, 255]);
  expect(parseEmail(ofLength(254))).toBeDefined();
  expect(parseEmail(ofLength(255))).toBeUndefined();
});
