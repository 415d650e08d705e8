import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hmacSha1 } from "../../../src/adapters/node/hmac.ts";
import type { Hmac } from "../../../src/domain/factors/hmac.ts";
import { acceptedStep, hotp, NO_STEP, otpauthUri, stepAt } from "../../../src/domain/factors/totp.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const SECRET = bytesOf("12345678901234567890");
const STEP_MS = 30_000;

it.each(
  ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"].map(
    (code, counter) => [counter, code] as const,
  ),
)("RFC 4226, appendix D: counter %i", (counter, code) => {
  expect(hotp(hmacSha1, SECRET, counter)).toBe(code);
});

/** The seeds of RFC 6238, appendix B: the ASCII digits repeated to the length of each hash. */
const HASHES = {
  sha1: { bytes: 20, codes: ["94287082", "07081804", "14050471", "89005924", "69279037", "65353130"] },
  sha256: { bytes: 32, codes: ["46119246", "68084774", "67062674", "91819424", "90698825", "77737706"] },
  sha512: { bytes: 64, codes: ["90693936", "25091201", "99943326", "93441116", "38618901", "47863826"] },
};
const TIMES = [59, 1_111_111_109, 1_111_111_111, 1_234_567_890, 2_000_000_000, 20_000_000_000];

describe.each(Object.entries(HASHES))("RFC 6238, appendix B: %s", (hash, { bytes, codes }) => {
  const hmac: Hmac = (key, message) => createHmac(hash, key).update(message).digest();
  const seed = bytesOf("1234567890".repeat(7).slice(0, bytes));

  it.each(TIMES.map((time, at) => [time, codes[at]] as const))("at %i s", (time, code) => {
    expect(hotp(hmac, seed, stepAt(new Date(time * 1_000)), 8)).toBe(code);
  });
});

describe("a code", () => {
  const now = new Date(1_000 * STEP_MS);
  const codeOf = (step: number) => hotp(hmacSha1, SECRET, step);
  const accepted = (code: string, lastStep = NO_STEP) => acceptedStep(hmacSha1, SECRET, code, lastStep, now);

  it("is accepted from one step before to one step after", () => {
    const steps = [998, 999, 1_000, 1_001, 1_002].map((step) => accepted(codeOf(step)));
    expect(steps).toEqual([undefined, 999, 1_000, 1_001, undefined]);
  });

  it("is not accepted for the last step or an earlier one", () => {
    const steps = [999, 1_000, 1_001].map((step) => accepted(codeOf(step), 1_000));
    expect(steps).toEqual([undefined, undefined, 1_001]);
  });

  it("may have spaces, and nothing else than its digits", () => {
    const code = codeOf(1_000);
    expect(accepted(`${code.slice(0, 3)} ${code.slice(3)}`)).toBe(1_000);
    const wrong = ["", `0${code}`, code.slice(1), "１２３４５６", "x".repeat(1_000_000)];
    expect(wrong.map((each) => accepted(each))).toEqual(wrong.map(() => undefined));
  });

  it("costs three computations, whichever step it is of", () => {
    const counts = [999, 1_000, 1_001, 5].map((step) => {
      let calls = 0;
      const counted: Hmac = (key, message) => {
        calls += 1;
        return hmacSha1(key, message);
      };
      acceptedStep(counted, SECRET, codeOf(step), NO_STEP, now);
      return calls;
    });
    expect(counts).toEqual([3, 3, 3, 3]);
  });
});

it("the URI names the service and the account", () => {
  expect(otpauthUri(SECRET, "auth.example.org:8443", "Ada & Co+x@example.org")).toBe(
    "otpauth://totp/auth.example.org%3A8443:Ada%20%26%20Co%2Bx%40example.org" +
      "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=auth.example.org%3A8443",
  );
});
