import { CompactEncrypt } from "jose";
import { describe, expect, it } from "vitest";
import { headerOf, payloadOf, REFRESH_KEY, token } from "./signed-by-hand.ts";
import { kinds, verdict } from "./token-kinds.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

describe.each(kinds.map((kind) => [kind.name, kind] as const))("%s", (_, kind) => {
  const header = headerOf(kind.genuine);
  const payload = payloadOf(kind.genuine);
  const [first, second, third] = kind.genuine.split(".") as [string, string, string];

  it("with an empty signature is refused", async () => {
    expect(await verdict(kind, `${first}.${second}.`)).toBe("invalid_token");
  });

  it.each([
    ["nothing", ""],
    ["one segment", first],
    ["two segments", `${first}.${second}`],
    ["four segments", `${first}.${second}.${third}.${third}`],
    ["five segments", `${first}..${second}.${third}.${third}`],
    ["dots alone", ".."],
    ["an empty payload", `${first}..${third}`],
    ["an empty header", `.${second}.${third}`],
    ["a scheme before it", `Bearer ${kind.genuine}`],
    ["a token within", token({ ...header, cty: "JWT" }, kind.genuine, kind.signer)],
    ["JSON, flattened", JSON.stringify({ protected: first, payload: second, signature: third })],
    [
      "JSON, general",
      JSON.stringify({ payload: second, signatures: [{ protected: first, signature: third }] }),
    ],
    ["10 kB", `${first}.${"A".repeat(10_000)}.${third}`],
    ["100,000 segments", "a.".repeat(100_000)],
  ])("of %s is refused within 10 ms", async (_, jwt) => {
    const times: number[] = [];
    for (let run = 0; run < 3; run += 1) {
      const start = performance.now();
      expect(await verdict(kind, jwt)).toBe("invalid_token");
      times.push(performance.now() - start);
    }
    expect(Math.min(...times)).toBeLessThan(10);
  });

  it("encrypted to the service's own secrets is refused", async () => {
    const jwe = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(payload)))
      .setProtectedHeader({ alg: "dir", enc: "A256GCM", ...(header.typ === "JWT" && { typ: "JWT" }) })
      .encrypt(REFRESH_KEY);
    expect(await verdict(kind, jwe)).toBe("invalid_token");
  });

  it("with one bit flipped anywhere is refused", async () => {
    const accepted: string[] = [];
    for (let place = 0; place < kind.genuine.length; place += 1) {
      const changed = [0, 1, 2, 3, 4, 5, 6].map((bit) => {
        const code = kind.genuine.charCodeAt(place) ^ (1 << bit);
        return kind.genuine.slice(0, place) + String.fromCharCode(code) + kind.genuine.slice(place + 1);
      });
      const verdicts = await Promise.all(changed.map((jwt) => verdict(kind, jwt)));
      verdicts.forEach((code, bit) => {
        if (code !== "invalid_token") accepted.push(`${code} at ${place}, bit ${bit}`);
      });
    }
    expect(accepted).toEqual([]);
  });

  it("spelt in any other way is refused: padding, spaces, line ends, NUL, the standard alphabet", async () => {
    const standard = (segment: string) => segment.replaceAll("-", "+").replaceAll("_", "/");
    // a jti of these letters is certain to have - and _ in its segment
    const dashed = token(header, { ...payload, identity: "???>>>~~~ÿÿÿ" }, kind.signer).split(".");
    const spellings = [
      ...["=", "==", " ", "\n", "\0", "%20", "\u00a0", "\ufeff", "."].flatMap((sign) => [
        `${kind.genuine}${sign}`,
        `${sign}${kind.genuine}`,
        `${first}${sign}.${second}.${third}`,
        `${first}.${second}${sign}.${third}`,
        `${first}.${second.slice(0, 20)}${sign}${second.slice(20)}.${third}`,
      ]),
      dashed.map(standard).join("."),
      kind.genuine.replaceAll(".", "\uff0e"),
    ];
    expect(dashed.join()).toMatch(/[-_]/);
    for (const jwt of spellings) expect([jwt, await verdict(kind, jwt)]).toEqual([jwt, "invalid_token"]);
  });

  it("with other bits after the end of a segment, which decode to the same bytes, is refused", async () => {
    let spellings = 0;
    for (const [index, segment] of [first, second, third].entries()) {
      for (const letter of ALPHABET) {
        const respelt = segment.slice(0, -1) + letter;
        if (
          respelt === segment ||
          !Buffer.from(respelt, "base64url").equals(Buffer.from(segment, "base64url"))
        )
          continue;
        spellings += 1;
        expect(await verdict(kind, [first, second, third].with(index, respelt).join("."))).toBe(
          "invalid_token",
        );
      }
    }
    expect(spellings).toBeGreaterThan(2);
  });
});
