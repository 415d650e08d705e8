import { createPublicKey, generateKeyPairSync, type JsonWebKey, sign as signWith } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import { hmac, token } from "../adapters/jose/signed-by-hand.ts";
import { call, registered } from "../support/api.ts";
import { startTestService } from "../support/service.ts";
import { labelled, MARKER } from "./support.ts";
import { type ForgedKind, openTarget, type Target } from "./token-kinds.ts";
import { JWT_SECRET_KEY, KNOWN_SECRETS, REFRESH_KEY, refusedEverywhere } from "./token-support.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ed = generateKeyPairSync("ed25519");
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });

describe.each(["HS256", "ES256"] as const)("where access tokens are %s", (mode) => {
  let target: Target;
  beforeAll(async () => {
    target = await openTarget(mode);
  });
  afterEach(() => target.expectUnharmed());
  afterAll(() => target.stop());

  const forEachKind = async (forge: (kind: ForgedKind) => string, what: string) => {
    for (const kind of target.kinds) {
      await refusedEverywhere(target.url, forge(kind), { what: `${kind.name}, ${what}` });
    }
  };

  it.each(labelled<unknown>(["none", "None", "NONE", "nOnE", "", "null", undefined, null, 0, ["none"], {}]))(
    "alg %s, signed by nobody or rightly: T",
    async (_, alg) => {
      const nobody = () => Buffer.alloc(0);
      await forEachKind(({ header, payload }) => token({ ...header, alg }, payload, nobody), "unsigned");
      await forEachKind(({ changed }) => changed({ alg }, {}), "signed");
    },
  );

  it.each<[string, (input: string) => Buffer]>([
    ["RS256", (input) => signWith("sha256", Buffer.from(input), rsa.privateKey)],
    ["PS256", (input) => signWith("sha256", Buffer.from(input), rsa.privateKey)],
    ["EdDSA", (input) => signWith(null, Buffer.from(input), ed.privateKey)],
    [
      "ES256",
      (input) => signWith("sha256", Buffer.from(input), { key: ec.privateKey, dsaEncoding: "ieee-p1363" }),
    ],
    ["ES256", () => Buffer.alloc(64)],
    ["HS256", hmac("")],
    ["HS256", hmac(MARKER)],
    ["HS256", () => Buffer.alloc(32)],
    ["hs256", hmac(JWT_SECRET_KEY)],
    ["HS384", hmac(JWT_SECRET_KEY, "sha384")],
    ["HS512", hmac(JWT_SECRET_KEY, "sha512")],
    ["HS384", hmac(REFRESH_KEY, "sha384")],
    ["HS512", hmac(REFRESH_KEY, "sha512")],
  ])("alg %s under a key for it that is not the service's, or another hash: T", async (alg, signer) => {
    await forEachKind(({ header, payload }) => token({ ...header, alg }, payload, signer), alg);
  });

  it("HS256 keyed with what is public, or with the other kind's key: T", async () => {
    const published = (await call(target.url, "GET /.well-known/jwks.json")).body.keys[0] as
      | JsonWebKey
      | undefined;
    const key = published ? createPublicKey({ key: published, format: "jwk" }) : rsa.publicKey;
    const pem = key.export({ type: "spki", format: "pem" }).toString();
    const secrets = [
      pem,
      pem.trim(),
      pem.replaceAll("\n", "\r\n"),
      key.export({ type: "spki", format: "der" }),
      JSON.stringify({ keys: published ? [published] : [] }),
      JSON.stringify(published ?? {}),
      JSON.stringify(key.export({ format: "jwk" })),
      String(published?.x),
      String(published?.kid),
    ];
    for (const secret of secrets) {
      const signer = hmac(secret);
      for (const changes of [{ alg: "HS256" }, { alg: "HS256", kid: undefined }]) {
        await forEachKind(
          ({ header, payload }) => token({ ...header, ...changes }, payload, signer),
          "public",
        );
      }
    }
    for (const { isAccess, header, payload } of target.kinds) {
      const signer = hmac(isAccess ? REFRESH_KEY : JWT_SECRET_KEY);
      await refusedEverywhere(target.url, token({ ...header, alg: "HS256" }, payload, signer));
    }
  });

  it.each(
    labelled<unknown>([
      "00000000-0000-4000-8000-000000000000",
      "",
      "../../../../dev/null",
      "/proc/self/environ",
      "x' UNION SELECT 'secret' --",
      "__proto__",
      "constructor",
      { $ne: null },
      {},
      [],
      0,
      true,
      null,
      "\0",
      `${MARKER}\r\nX-A: b`,
      "http://127.0.0.1/keys",
      "k".repeat(4_000),
    ]),
  )("kid %s, rightly signed: T", async (_, kid) => {
    await forEachKind(({ changed }) => changed({ kid }, {}), `kid ${JSON.stringify(kid)}`);
  });

  it("another deployment's: T, though it has the same issuer and the same people", async () => {
    const { INTROSPECTION_CLIENTS } = KNOWN_SECRETS;
    const other = await startTestService({
      INTROSPECTION_CLIENTS,
      SECRET_KEY: `${MARKER} ${"x".repeat(32)}`,
      ...(mode === "HS256" && { JWT_SECRET_KEY: `${MARKER} ${"y".repeat(32)}` }),
    });
    const stranger = await registered(other.address);
    await refusedEverywhere(target.url, stranger.access_token);
    await refusedEverywhere(target.url, stranger.refresh_token);
    await other.stop();
  });
});
