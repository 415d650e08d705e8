import { isIP, isIPv4 } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseIp } from "../../src/domain/ip-address.ts";

/** The answer of Node.js, which the domain cannot use. Zones are excluded, which only Node.js accepts. */
const isAddress = (text: string) => isIP(text) !== 0 && !text.includes("%");

/** The one spelling of an address of IPv6, as the URL standard has it. */
const asInUrl = (text: string) => new URL(`http://[${text}]`).hostname.slice(1, -1);

const group = fc.integer({ min: 0, max: 0xffff }).map((number) => number.toString(16));
const zeroOften = fc.oneof({ weight: 2, arbitrary: fc.constant("0") }, group);
const spelt = fc.array(zeroOften, { minLength: 8, maxLength: 8 }).map((groups) => groups.join(":"));

/** Text that is an address, or nearly one. */
const nearly = fc
  .array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom(":", "::", ".", "0", "00", "255", "256", "f", "ffff", "00001"),
      },
      fc.constantFrom("%", "%eth0", " ", "-1", "g", "[", "]", "/", "٣", "1.2.3.4", "::ffff:"),
      group,
    ),
    { maxLength: 18 },
  )
  .map((parts) => parts.join(""));

describe("an address", () => {
  it("is read where Node.js reads one, and nowhere else", () => {
    const agree = (text: string) => {
      expect([text, parseIp(text) !== undefined]).toEqual([text, isAddress(text)]);
    };
    fc.assert(fc.property(fc.oneof(nearly, fc.ipV4(), fc.ipV6(), spelt), agree), { numRuns: 5_000 });
  });

  it("of IPv4 is its own network", () => {
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        expect(parseIp(text)).toEqual({ text, network: text });
      }),
      { numRuns: 500 },
    );
  });

  it("of IPv6 has one spelling, which is read as the same, and its first 64 bits as network", () => {
    const isMapped = (text: string) => asInUrl(text).startsWith("::ffff:");
    fc.assert(
      fc.property(
        fc.oneof(spelt, fc.ipV6()).filter((text) => !isMapped(text)),
        fc.array(group, { minLength: 4, maxLength: 4 }),
        (text, host) => {
          const address = parseIp(text.toUpperCase());
          expect(address?.text).toBe(asInUrl(text));
          expect(parseIp(address?.text ?? "")).toEqual(address);
          const network = address?.network.replace("::/64", "") ?? "";
          expect(network.split(":")).toHaveLength(4);
          const neighbour = `${network}:${host.join(":")}`;
          fc.pre(!isMapped(neighbour));
          expect(parseIp(neighbour)?.network).toBe(address?.network);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each(["::ffff:", "0:0:0:0:0:ffff:", "::FFFF:", "0000::ffff:"])(
    "mapped into IPv6 by %s is of IPv4",
    (prefix) => {
      fc.assert(
        fc.property(fc.ipV4(), (text) => {
          const [a = 0, b = 0, c = 0, d = 0] = text.split(".").map(Number);
          const hexadecimal = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
          expect(isIPv4(text)).toBe(true);
          expect(parseIp(prefix + text)).toEqual({ text, network: text });
          expect(parseIp(prefix + hexadecimal)).toEqual({ text, network: text });
        }),
      );
    },
  );

  it.each([
    ["::", "::"],
    ["1::", "1::"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"],
    ["::1.2.3.4", "::102:304"],
    ["64:ff9b::192.0.2.1", "64:ff9b::c000:201"],
  ])("%s is %s", (text, canonical) => {
    expect(parseIp(text)?.text).toBe(canonical);
  });

  it.each([
    "",
    "unknown",
    "_hidden",
    "1.2.3",
    "1.2.3.4.5",
    "01.2.3.4",
    "0x1.2.3.4",
    "1.2.3.256",
    "1.2.3.4:80",
    "[::1]",
    " ::1",
    "::1 ",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    ":1:2:3:4:5:6:7",
    "1.2.3.4::",
    "::1.2.3.4:5",
    "12345::",
    "fe80::1%eth0",
    "fe80::1%25.0",
    "fe80::1%25eth0",
    "::1%",
    "::1%a%b",
    "1.2.3.4%eth0",
    "1".repeat(100_000),
    ":".repeat(100_000),
    "::1%".padEnd(100_000, "a"),
  ])("%s is none", (text) => {
    expect(parseIp(text)).toBeUndefined();
  });
});
