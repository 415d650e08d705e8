import { describe, expect, it } from "vitest";
import { call, someone } from "../support/api.ts";
import {
  AT_ONCE_MS,
  canStillRegister,
  expectVerdict,
  fastestMs,
  JSON_TYPE,
  MARKER,
  send,
  serviceUnderFire,
} from "./support.ts";

const url = await serviceUnderFire();

const post = (line: string, fields: object) =>
  send(url, line, { headers: JSON_TYPE, body: JSON.stringify(fields) });

/** Registers with invalid values, which must be refused, then with valid ones. */
async function refused(field: "email" | "username", text: string) {
  const person = someone();
  expectVerdict(await post("POST /api/register", { ...person, [field]: text }), "V", JSON.stringify(text));
  await canStillRegister(url, person);
  expectVerdict(await post("POST /api/login", { [field]: text, password: person.password }), "C V");
}

describe("invisible and deceptive characters: V", () => {
  it.each([
    ["Cyrillic а among Latin", "p\u0430ypal"],
    ["Greek ο among Latin", "g\u03bfogle"],
    ["a zero-width space", "per\u200bson"],
    ["a zero-width joiner", "per\u200dson"],
    ["a zero-width non-joiner", "per\u200cson"],
    ["a byte order mark", "per\ufeffson"],
    ["a byte order mark at the end", "person\ufeff"],
    ["a soft hyphen", "per\u00adson"],
    ["a word joiner", "per\u2060son"],
    ["a bidi override", "per\u202eson"],
    ["a bidi isolate", "per\u2066son"],
    ["a right-to-left mark at the end", "person\u200f"],
    ["NUL", "per\0son"],
    ["NUL at the end", "person\0"],
    ["CR", "per\rson"],
    ["LF", "per\nson"],
    ["LF at the end", "person\n"],
    ["CRLF and a header", `person\r\nBcc: ${MARKER}`],
    ["a tab", "per\tson"],
    ["DEL", "per\x7fson"],
    ["a C1 control", "per\x85son"],
    ["a high surrogate alone", "per\ud800son"],
    ["a low surrogate alone", "per\udc00son"],
    ["surrogates the wrong way round", "per\udc00\ud800son"],
    ["U+FFFD", "per\ufffdson"],
    ["a tag character", "per\u{e0041}son"],
    ["a variation selector", "per\ufe0fson"],
    ["a Hangul filler", "per\u3164son"],
    ["an unassigned character", "per\u0378son"],
    ["a private one", "per\ue000son"],
    ["a noncharacter", "per\uffffson"],
    ["a line separator", "per\u2028son"],
    ["a mark with nothing under it", "\u0301person"],
  ])("%s", async (_, text) => {
    await refused("username", text);
    await refused("email", `${text}@example.com`);
    await refused("email", `a@${text}.example.com`);
  });
});

describe("addresses that are none: V", () => {
  const label = "x".repeat(63);
  it.each([
    "a@b@example.com",
    "a@@example.com",
    '"a b"@example.com',
    `"${MARKER}"@example.com`,
    '"a@b"@example.com',
    "a@[127.0.0.1]",
    "a@[IPv6:::1]",
    "a@127.0.0.1",
    "a@0x7f.1",
    "a@localhost",
    "a@com",
    "example.com",
    "@example.com",
    "a@",
    "@",
    "a b@example.com",
    ".a@example.com",
    "a.@example.com",
    "a..b@example.com",
    "a@example..com",
    "a@.example.com",
    "a@example.com.",
    "a@-example.com",
    "a@example-.com",
    "a@exa_mple.com",
    "a@example.com/x",
    "a@example.com:25",
    "a@example.com?x=1",
    "a@example.com#x",
    "a@exam%70le.com",
    "a(comment)@example.com",
    "a@example.com(comment)",
    `${MARKER} <a@example.com>`,
    "mailto:a@example.com",
    "a@example.com,b@example.com",
    "a@example.com;b@example.com",
    "a@example.com b@example.com",
    "a@xn--a.com",
    "a@xn--a-.com",
    "a@xn--abcdef.com",
    `a@x${label}.example.com`,
    `${"a".repeat(65)}@example.com`,
    `${"é".repeat(33)}@example.com`,
    `${"a".repeat(64)}@${`${label}.`.repeat(2)}${"x".repeat(58)}.com`,
  ])("%.60s", async (email) => {
    await refused("email", email);
  });

  it("but 254 bytes, of which 64 before the @, are one", async () => {
    const email = `${"a".repeat(64)}@${`${"x".repeat(63)}.`.repeat(2)}${"x".repeat(57)}.com`;
    expect(Buffer.byteLength(email)).toBe(254);
    expect((await call(url, "POST /api/register", { json: { ...someone(), email } })).status).toBe(201);
  });
});

it.each([
  "person@example.com",
  "@person",
  "person@",
  "per\uff20son",
  "per\ufe6bson",
  "",
  " ",
  "...",
  "x".repeat(65),
  "\u{1f600}",
  "<script>",
  "a/b",
  "a\\b",
  "$ne",
  "a:b",
  "'--",
  "\ufdfa".repeat(10),
])("the username %j: V", (username) => refused("username", username));

it.each([
  ["a's", "a".repeat(10_000)],
  ["a's before the @", `${"a".repeat(10_000)}@example.com`],
  ["dotted before the @", `${"a.".repeat(5_000)}a@example.com`],
  ["dots before the @", `${".".repeat(10_000)}@example.com`],
  ["hyphens after it", `a@${"a-".repeat(5_000)}.com`],
  ["labels after it", `a@${"a.".repeat(5_000)}com!`],
  ["digits after it", `a@${"1.".repeat(5_000)}1`],
  ["@'s", "@".repeat(10_000)],
  ["pairs of quotes", `${'""'.repeat(2_500)}@example.com`],
  ["comments", `${"(".repeat(10_000)}a@example.com`],
  ["spaces within", `a${" ".repeat(10_000)}@example.com`],
  ["spaces around", `${" ".repeat(5_000)}a@example.com${" ".repeat(5_000)}!`],
  ["marks", `a${"\u0301\u0323".repeat(2_500)}@example.com`],
  ["letters that grow to eighteen", `${"\ufdfa".repeat(3_300)}@example.com`],
  ["letters that grow, few enough to be looked at", `${"\ufdfa".repeat(340)}@example.com`],
  ["punycode", `a@xn--${"a".repeat(10_000)}.com`],
  ["letters to put in punycode", `a@${"\u00fc".repeat(1_000)}.com`],
])("10 kB to make a regular expression stall, %s: V within a moment", async (_, text) => {
  for (const field of ["email", "username"]) {
    const fields = { ...someone(), [field]: text };
    expectVerdict(await post("POST /api/register", fields), "V");
    const registering = () => post("POST /api/register", fields);
    expect(await fastestMs(5, registering)).toBeLessThan(AT_ONCE_MS);
    const login = () => post("POST /api/login", { [field]: text, password: "wrong horse" });
    expectVerdict(await login(), "C V");
    expect(await fastestMs(5, login)).toBeLessThan(AT_ONCE_MS);
  }
});
