import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ecdsa, type Json, token } from "../adapters/jose/signed-by-hand.ts";
import { labelled, MARKER } from "./support.ts";
import { type ForgedKind, openTarget, type Target } from "./token-kinds.ts";
import { refusedEverywhere } from "./token-support.ts";

const stranger = generateKeyPairSync("ec", { namedCurve: "P-256" });
const jwk = stranger.publicKey.export({ format: "jwk" });
const signer = ecdsa(stranger.privateKey.export({ format: "jwk" }) as Json);

/** A server at the URL that a header names for keys. It offers keys and counts requests. */
function startListener() {
  let connections = 0;
  const server = createServer((_, response) => response.end(JSON.stringify({ keys: [jwk] })));
  server.on("connection", () => {
    connections += 1;
  });
  return new Promise<{ url: string; connections: () => number; close: () => void }>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      resolve({ url, connections: () => connections, close: () => server.close() });
    });
  });
}

describe.each(["HS256", "ES256"] as const)("where access tokens are %s", (mode) => {
  let target: Target;
  let listener: Awaited<ReturnType<typeof startListener>>;
  beforeAll(async () => {
    target = await openTarget(mode);
    listener = await startListener();
  });
  afterEach(async () => {
    await target.expectUnharmed();
    expect(listener.connections()).toBe(0);
  });
  afterAll(() => {
    listener.close();
    return target.stop();
  });

  const forEachKind = async (forge: (kind: ForgedKind) => string, what: string) => {
    for (const kind of target.kinds) {
      await refusedEverywhere(target.url, forge(kind), { what: `${kind.name}, ${what}` });
    }
  };

  it.each(["jku", "x5u"])("%s, which leads to a listener: T, and nobody calls there", async (name) => {
    for (const path of ["/jwks.json", "/.well-known/jwks.json", "/cert.pem"]) {
      const changes = { [name]: listener.url + path };
      await forEachKind(({ changed }) => changed(changes, {}), name);
      await forEachKind(
        ({ header, payload }) => token({ ...header, ...changes, alg: "ES256" }, payload, signer),
        name,
      );
      const issued = (kind: ForgedKind) => kind.changed(changes, kind.isAccess ? { iss: listener.url } : {});
      await forEachKind(issued, `${name} and iss`);
    }
    await setTimeout(100);
    expect(listener.connections()).toBe(0);
  });

  it.each<[string, unknown]>([
    ["jwk", jwk],
    ["jwk", { kty: "oct", k: "AAAA" }],
    ["jwk", MARKER],
    ["x5c", ["MIIB"]],
    ["x5c", MARKER],
    ["x5t", "AAAA"],
    ["x5t#S256", "AAAA"],
    ["crit", []],
    ["crit", ["exp"]],
    ["crit", ["b64"]],
    ["crit", [MARKER]],
    ["crit", "exp"],
    ["crit", {}],
    ["b64", false],
    ["zip", "DEF"],
    ["cty", "JWT"],
    ["enc", "A256GCM"],
    ["__proto__", {}],
    [MARKER, true],
  ])("a header with %s %j: T, rightly signed or by the key it brings", async (name, value) => {
    const spell = (header: Json) =>
      JSON.stringify(header).replace("{", `{${JSON.stringify(name)}:${JSON.stringify(value)},`);
    await forEachKind(({ sign, header, payload }) => sign(spell(header), payload), name);
    if (!["jwk", "x5c"].includes(name)) return;
    await forEachKind(
      ({ header, payload }) => token(spell({ ...header, alg: "ES256" }), payload, signer),
      name,
    );
  });

  it.each(
    labelled<unknown>([
      "jwt",
      "at+JWT",
      "application/at+jwt",
      "AT+JWT",
      "RT+JWT",
      "at+jwt ",
      "id+jwt",
      "",
      1,
      null,
      {},
      undefined,
    ]),
  )("typ %s, rightly signed: T", async (_, typ) => {
    await forEachKind(({ changed }) => changed({ typ }, {}), `typ ${typ}`);
  });
});
