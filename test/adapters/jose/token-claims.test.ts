import { describe, expect, it } from "vitest";
import { AuthError } from "../../../src/domain/errors.ts";
import { headerOf, type Json, NOW, payloadOf, secondsFromNow, token } from "./signed-by-hand.ts";
import { kinds, refresh, ringAccess, sharedAccess, verdict } from "./token-kinds.ts";

describe.each(kinds.map((kind) => [kind.name, kind] as const))("%s", (_, kind) => {
  const header = headerOf(kind.genuine);
  const payload = payloadOf(kind.genuine);
  const withClaims = (changes: Json) => token(header, { ...payload, ...changes }, kind.signer);

  it("that is made by hand as the service makes it is accepted, so that the refusals below prove something", async () => {
    expect(await verdict(kind, kind.genuine)).toBe("accepted");
    expect(await verdict(kind, withClaims({}))).toBe("accepted");
  });

  it.each(["null", "[]", '"x"', "1", "", "{", "{}", "\ufeff{}", '{"alg":"none"}'])(
    "whose header or payload is %j is refused, though it is signed with the right key",
    async (text) => {
      expect(await verdict(kind, token(text, payload, kind.signer))).toBe("invalid_token");
      expect(await verdict(kind, token(header, text, kind.signer))).toBe("invalid_token");
    },
  );

  it.each(kind.required)("without %s is refused", async (claim) => {
    expect(await verdict(kind, withClaims({ [claim]: undefined }))).toBe("invalid_token");
  });

  it.each(kind.required)("whose %s is of another JSON type is refused", async (claim) => {
    for (const value of [
      null,
      {},
      [],
      true,
      "",
      claim === "ver" || typeof payload[claim] === "number" ? "1" : 1,
    ]) {
      if (typeof value === typeof payload[claim] && value !== "") continue;
      expect([value, await verdict(kind, withClaims({ [claim]: value }))]).toEqual([value, "invalid_token"]);
    }
  });

  it.each([
    ["exp", 1e300],
    ["exp", Number.MAX_SAFE_INTEGER],
    ["exp", secondsFromNow(900.5)],
    ["iat", -1],
    ["iat", 0.5],
    ["nbf", 1e300],
    ["nbf", secondsFromNow(3_600)],
    ["iat", secondsFromNow(3_600)],
    ["type", "Access"],
    ["sub", { $ne: null }],
  ])("whose %s is %j is refused", async (claim, value) => {
    expect(await verdict(kind, withClaims({ [claim]: value }))).toBe("invalid_token");
  });

  it("whose exp is negative or zero is refused, as expired or as invalid", async () => {
    for (const exp of [-1, -1e300, 0]) {
      expect(await verdict(kind, withClaims({ exp }))).toMatch(/^(invalid|expired)_token$/);
    }
  });

  it("that has ended is called expired, and only where it is genuine", async () => {
    const exp = Number(payload.exp);
    const [afterwards, forged] = [new Date((exp + 60) * 1000), token(header, payload, kind.otherSigner)];
    await expect(kind.verify(kind.genuine, afterwards)).rejects.toMatchObject({ code: "expired_token" });
    await expect(kind.verify(forged, afterwards)).rejects.toMatchObject({ code: "invalid_token" });
  });

  it("is taken by a clock 5 seconds off, and not by one 6 seconds off", async () => {
    const at = (second: number) => new Date(second * 1000);
    const [exp, nbf] = [Number(payload.exp), Number(payload.nbf)];
    await expect(kind.verify(kind.genuine, new Date(exp * 1000 + 4_999))).resolves.toBeDefined();
    await expect(kind.verify(kind.genuine, at(exp + 6))).rejects.toMatchObject({ code: "expired_token" });
    await expect(kind.verify(kind.genuine, at(nbf - 5))).resolves.toBeDefined();
    await expect(kind.verify(kind.genuine, at(nbf - 6))).rejects.toMatchObject({ code: "invalid_token" });
    for (const claim of ["iat", "nbf"]) {
      expect(await verdict(kind, withClaims({ [claim]: secondsFromNow(5) }))).toBe("accepted");
      expect(await verdict(kind, withClaims({ [claim]: secondsFromNow(6) }))).toBe("invalid_token");
    }
  });

  it("shows nothing of itself in the refusal", async () => {
    const refused = await kind.verify(withClaims({ type: "other" }), NOW).catch((error: AuthError) => error);
    expect(refused).toBeInstanceOf(AuthError);
    expect((refused as AuthError).message).toBe("The token is not valid here");
  });
});

describe.each([sharedAccess, ringAccess])("$name", (kind) => {
  const [header, payload] = [headerOf(kind.genuine), payloadOf(kind.genuine)];
  const withClaims = (changes: Json) => token(header, { ...payload, ...changes }, kind.signer);

  it.each<[string, unknown]>([
    ["iss", "https://auth.example.com/"],
    ["iss", "https://AUTH.example.com"],
    ["iss", "https://evil.example"],
    ["iss", ["https://auth.example.com"]],
    ["aud", "another service"],
    ["aud", ["another service"]],
    ["aud", []],
    ["ver", -1],
    ["ver", 0.5],
    ["type", "refresh"],
    ["fresh", 1],
    ["fresh", "true"],
    ["auth_time", "1"],
    ["auth_time", -1],
    ["auth_time", 0.5],
    ["auth_time", 1e300],
    ["auth_time", null],
    ["amr", "pwd"],
    ["amr", [1]],
    ["amr", {}],
    ["acr", 1],
    ["acr", ["urn:hbtu:1"]],
  ])("whose %s is %j is refused", async (claim, value) => {
    expect(await verdict(kind, withClaims({ [claim]: value }))).toBe("invalid_token");
  });
});

it("no kind of token is taken for another, be it with the other's typ and type", async () => {
  for (const kind of kinds) {
    for (const other of kinds) {
      if (kind === other) continue;
      expect(await verdict(kind, other.genuine)).toBe("invalid_token");
      const disguised = { ...payloadOf(other.genuine), type: payloadOf(kind.genuine).type };
      for (const payload of [disguised, payloadOf(other.genuine)]) {
        expect(await verdict(kind, token(headerOf(kind.genuine), payload, other.signer))).toBe(
          "invalid_token",
        );
        expect(await verdict(kind, token(headerOf(kind.genuine), payload, kind.signer))).toBe(
          "invalid_token",
        );
      }
    }
  }
});

it.each([
  "7",
  "another.7",
  "..7",
  ".",
  ".-1",
  ".07",
  ".1e1",
  ".7.7",
  ".0x7",
  ". 7",
  ".9007199254740993",
  ".NaN",
  ".1.5",
  ".",
])("a refresh token whose jti ends in %j names no generation and is refused", async (end) => {
  const payload = payloadOf(refresh.genuine);
  const jti = end.startsWith(".") ? `${payload.sid}${end}` : end;
  const jwt = token(headerOf(refresh.genuine), { ...payload, jti }, refresh.signer);
  expect(await verdict(refresh, jwt)).toBe("invalid_token");
});
