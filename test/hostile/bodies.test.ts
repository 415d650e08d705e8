import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ALL_ENDPOINTS } from "../../src/adapters/koa/endpoints/all.ts";
import { someone } from "../support/api.ts";
import {
  AT_ONCE_MS,
  bodyCalls,
  canStillRegister,
  expectVerdict,
  FORM_TYPE,
  fastestMs,
  JSON_TYPE,
  MARKER,
  send,
  serviceUnderFire,
} from "./support.ts";

const url = await serviceUnderFire();

type Fields = Record<string, string>;
const json = (fields: Fields) => JSON.stringify(fields);
const LIMIT = 16_384;

/** Sends a broken form of each call's valid body. */
async function eachCall(
  allowed: string,
  spoil: (fields: Fields) => string | Buffer,
  headers: Record<string, string> = {},
) {
  for (const { line, headers: usual, fields } of await bodyCalls(url)) {
    const reply = await send(url, line, { headers: { ...usual, ...headers }, body: spoil(fields) });
    expectVerdict(reply, allowed, line);
    if (line.endsWith("register")) await canStillRegister(url, fields as ReturnType<typeof someone>);
  }
}

it("every call with a JSON body is tried", async () => {
  const withBody = ALL_ENDPOINTS.filter(({ body }) => body !== undefined);
  const taking = withBody.filter(({ types = ["application/json"] }) => types.includes("application/json"));
  const tried = (await bodyCalls(url)).map(({ line }) => line);
  expect(tried.toSorted()).toEqual(taking.map(({ call }) => call).toSorted());
});

describe("what is no JSON object", () => {
  it.each<[string, (fields: Fields) => string]>([
    ["empty", () => ""],
    ["spaces", () => "  \r\n"],
    ["null", () => "null"],
    ["a string", () => `"${MARKER}"`],
    ["a number", () => "1"],
    ["a list", () => "[]"],
    ["a list of the right body", (fields) => `[${json(fields)}]`],
    ["truncated", (fields) => json(fields).slice(0, -1)],
    ["a trailing comma", (fields) => json(fields).replace("}", ",}")],
    ["two documents", (fields) => json(fields) + json(fields)],
    ["a document and more", (fields) => json(fields) + MARKER],
    ["a comment", (fields) => `${json(fields)}//${MARKER}`],
    ["a comment within", (fields) => json(fields).replace("{", `{/*${MARKER}*/`)],
    ["NaN", (fields) => json(fields).replace(/:"[^"]*"/, ":NaN")],
    ["1e999", (fields) => json(fields).replace(/:"[^"]*"/, ":1e999")],
    ["single quotes", (fields) => json(fields).replaceAll('"', "'")],
    ["a raw line end in a string", (fields) => json(fields).replace(':"', `:"${MARKER}\n`)],
    ["a bad escape", (fields) => json(fields).replace(':"', `:"\\x41${MARKER}`)],
    ["a form", (fields) => new URLSearchParams(fields).toString()],
  ])("%s: B or V", async (_, spoil) => {
    await eachCall("B V", spoil);
  });
});

describe("what is not UTF-8", () => {
  const withByte = (fields: Fields, ...bytes: number[]) => {
    const text = Buffer.from(json(fields));
    const inside = text.indexOf(':"') + 3;
    return Buffer.concat([text.subarray(0, inside), Buffer.from(bytes), text.subarray(inside)]);
  };
  const utf16 = (fields: Fields) => Buffer.from(json(fields), "utf16le");

  it.each<[string, (fields: Fields) => Buffer]>([
    ["a byte that is never UTF-8", (fields) => withByte(fields, 0xff)],
    ["half a character", (fields) => withByte(fields, 0xc3)],
    ["an overlong slash", (fields) => withByte(fields, 0xc0, 0xaf)],
    ["a surrogate's bytes", (fields) => withByte(fields, 0xed, 0xa0, 0x80)],
    ["beyond Unicode", (fields) => withByte(fields, 0xf4, 0x90, 0x80, 0x80)],
    ["latin1", (fields) => withByte(fields, 0xe9)],
    ["a byte order mark", (fields) => Buffer.from(`\ufeff${json(fields)}`)],
    ["UTF-16, little-endian", utf16],
    ["UTF-16, big-endian", (fields) => utf16(fields).swap16()],
    ["UTF-16 with its mark", (fields) => Buffer.concat([Buffer.from([0xff, 0xfe]), utf16(fields)])],
  ])("%s: B or 415", async (_, spoil) => {
    await eachCall("B 415", spoil);
  });

  it("in a form: B or V", async () => {
    for (const spoilt of [Buffer.from([0xff]), "%ff", "%c3%28", "%ed%a0%80"]) {
      const person = someone();
      const form = Buffer.concat([
        Buffer.from(new URLSearchParams(person).toString()),
        Buffer.from(`&x=1`),
        Buffer.from("&username="),
        Buffer.from(spoilt),
      ]);
      const body = Buffer.from(form.toString("latin1").replace(/^username=[^&]*&/, ""), "latin1");
      expectVerdict(await send(url, "POST /api/register", { headers: FORM_TYPE, body }), "B V");
      await canStillRegister(url, person);
    }
  });
});

describe("another kind of content", () => {
  it.each([
    "text/plain",
    "",
    "multipart/form-data; boundary=x",
    "application/vnd.x+json",
    "application/json; charset=utf-16",
    `application/json; charset=${MARKER}`,
    "application/json; charset=latin1",
    "application/json-patch+json",
    "application/json, text/plain",
    "text/json",
    "application/xml",
    `*/*;${MARKER}`,
  ])("type %j: 415", async (type) => {
    await eachCall("415", json, { "content-type": type });
  });

  it("no type at all: 415", async () => {
    const person = someone();
    expectVerdict(await send(url, "POST /api/register", { body: json(person) }), "415");
    await canStillRegister(url, person);
  });

  it.each(["gzip", "GZIP", "x-gzip", "deflate", "br", "identity, gzip", MARKER])(
    "%s that is broken or a bomb: 415, B or 413",
    async (encoding) => {
      const encoded = { "content-encoding": encoding };
      const bomb = gzipSync(Buffer.alloc(10_000_000, " "));
      expect(bomb.length).toBeLessThan(LIMIT);
      await eachCall("415 B 413", () => bomb, encoded);
      await eachCall("415 B 413", (fields) => gzipSync(json(fields)).subarray(0, -8), encoded);
      await eachCall("415 B 413", json, encoded);
    },
  );
});

describe("too much", () => {
  it.each([1, 1_000_000])("the limit and %d bytes: 413", async (over) => {
    await eachCall("413", (fields) => json(fields).padEnd(LIMIT + over));
    await eachCall("413", () => "x".repeat(LIMIT + over));
  });

  it.each<[string, string]>([
    ["100,000 nested lists", "[".repeat(100_000) + "]".repeat(100_000)],
    ["100,000 nested keys", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`],
    ["100,000 lists that never end", "[".repeat(100_000)],
    ["as many nested lists as fit", "[".repeat(8_000) + "]".repeat(8_000)],
    ["as many nested keys as fit", `${'{"a":'.repeat(2_700)}1${"}".repeat(2_700)}`],
    ["as many in a field as fit", `{"password":${"[".repeat(8_000)}${"]".repeat(8_000)}}`],
    ["as many keys as fit", `{${Array.from({ length: 1_600 }, (_, i) => `"k${i}":1`).join(",")}}`],
  ])("%s: B, V or 413 at once", async (_, body) => {
    await eachCall("B V 413", () => body);
    const attempt = () => send(url, "POST /api/login", { headers: JSON_TYPE, body });
    expect(await fastestMs(5, attempt)).toBeLessThan(AT_ONCE_MS);
  });
});
