import { createPublicKey, generateKeyPairSync, type JsonWebKey, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  headerOf,
  hmac,
  type Json,
  OTHER_KEY,
  payloadOf,
  REFRESH_KEY,
  SECRET,
  token,
} from "./signed-by-hand.ts";
import { kinds, published, refresh, ringAccess, sharedAccess, verdict } from "./token-kinds.ts";

describe.each(kinds.map((kind) => [kind.name, kind] as const))("%s", (_, kind) => {
  const header = headerOf(kind.genuine);
  const payload = payloadOf(kind.genuine);
  const withHeader = (changes: Json) => token({ ...header, ...changes }, payload, kind.signer);

  it.each(["none", "None", "NONE", "nOnE", "", "hs256", "ES512", "PS256", "EdDSA", "dir", "A256KW"])(
    "whose header says alg %j is refused, be it signed or not",
    async (alg) => {
      const unsigned = `${token({ ...header, alg }, payload, () => Buffer.alloc(0))}`;
      for (const jwt of [unsigned, `${unsigned}AA`, withHeader({ alg })]) {
        expect(await verdict(kind, jwt)).toBe("invalid_token");
      }
    },
  );

  it.each([
    ["none at all", undefined],
    ["null", null],
    ["a number", 256],
    ["a list", ["HS256"]],
  ])("whose alg is %s is refused", async (_, alg) => {
    expect(await verdict(kind, withHeader({ alg }))).toBe("invalid_token");
  });

  it("signed by another family with a key of its own is refused", async () => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const ed = generateKeyPairSync("ed25519").privateKey;
    const forged = [
      token({ ...header, alg: "RS256" }, payload, (input) => sign("sha256", Buffer.from(input), rsa)),
      token({ ...header, alg: "EdDSA" }, payload, (input) => sign(null, Buffer.from(input), ed)),
      token({ ...header, alg: "HS256" }, payload, hmac("")),
      token({ ...header, alg: "HS256" }, payload, hmac(OTHER_KEY)),
    ];
    for (const jwt of forged) expect(await verdict(kind, jwt)).toBe("invalid_token");
  });

  it("with another deployment's signature is refused", async () => {
    expect(await verdict(kind, token(header, payload, kind.otherSigner))).toBe("invalid_token");
  });

  it.each([
    ["unknown", "00000000-0000-4000-8000-000000000000"],
    ["empty", ""],
    ["a path", "../../../../dev/null"],
    ["SQL", "x' UNION SELECT 'secret' --"],
    ["a member of objects", "__proto__"],
    ["an object", { $ne: null }],
    ["a list", [published.kid]],
    ["a number", 0],
    ["null", null],
  ])("whose kid is %s is refused, though it is signed with the right key", async (_, kid) => {
    expect(await verdict(kind, withHeader({ kid }))).toBe("invalid_token");
  });

  it.each<[string, unknown]>([
    ["jku", "http://127.0.0.1:9/jwks.json"],
    ["x5u", "http://127.0.0.1:9/cert.pem"],
    ["jwk", { kty: "oct", k: "AAAA" }],
    ["jwk", published],
    ["x5c", ["MIIB"]],
    ["x5t", "AAAA"],
    ["crit", ["exp"]],
    ["crit", []],
    ["b64", false],
    ["zip", "DEF"],
    ["cty", "JWT"],
    ["__proto__", {}],
  ])("whose header has %s %j is refused, though it is signed with the right key", async (name, value) => {
    const text = JSON.stringify(header).replace("{", `{${JSON.stringify(name)}:${JSON.stringify(value)},`);
    expect(await verdict(kind, token(text, payload, kind.signer))).toBe("invalid_token");
  });

  it.each(["jwt", "application/at+jwt", "application/jwt", "AT+JWT", "RT+JWT", "at+jwt ", "", 1, undefined])(
    "whose typ is %j is refused",
    async (typ) => {
      expect(await verdict(kind, withHeader({ typ }))).toBe("invalid_token");
    },
  );
});

it("an access token of the ring whose kid is missing is refused", async () => {
  const { kid: _, ...header } = headerOf(ringAccess.genuine);
  expect(await verdict(ringAccess, token(header, payloadOf(ringAccess.genuine), ringAccess.signer))).toBe(
    "invalid_token",
  );
});

it("HS256 keyed with the published key, as PEM, DER or JWK, is refused", async () => {
  const key = createPublicKey({ key: published as JsonWebKey, format: "jwk" });
  const secrets = [
    key.export({ type: "spki", format: "pem" }),
    key.export({ type: "spki", format: "pem" }).toString().trim(),
    key.export({ type: "spki", format: "der" }),
    JSON.stringify(published),
    JSON.stringify(key.export({ format: "jwk" })),
    String(published.x),
  ];
  for (const secret of secrets) {
    for (const changes of [{ alg: "HS256" }, { alg: "HS256", kid: undefined }]) {
      const header = { ...headerOf(ringAccess.genuine), ...changes };
      const jwt = token(header, payloadOf(ringAccess.genuine), hmac(secret));
      expect(await verdict(ringAccess, jwt)).toBe("invalid_token");
    }
  }
});

it.each(["HS384", "HS512"])("%s with the right secret is refused", async (alg) => {
  const hash = alg.replace("HS", "sha");
  for (const [kind, secret] of [
    [sharedAccess, SECRET],
    [refresh, REFRESH_KEY],
  ] as const) {
    const jwt = token({ ...headerOf(kind.genuine), alg }, payloadOf(kind.genuine), hmac(secret, hash));
    expect(await verdict(kind, jwt)).toBe("invalid_token");
  }
});

it("a key that is looked up in vain is not looked up elsewhere: verifying makes no call", async () => {
  const called: unknown[] = [];
  const original = globalThis.fetch;
  globalThis.fetch = async (...args) => {
    called.push(args[0]);
    return Response.json({ keys: [published] });
  };
  try {
    for (const name of ["jku", "x5u"]) {
      const header = { ...headerOf(ringAccess.genuine), [name]: "http://127.0.0.1:9/keys" };
      await verdict(ringAccess, token(header, payloadOf(ringAccess.genuine), ringAccess.signer));
    }
  } finally {
    globalThis.fetch = original;
  }
  expect(called).toEqual([]);
});
