import { expect, it } from "vitest";
import { makeTokens } from "../../../src/adapters/jose/tokens.ts";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import { deriveKey } from "../../../src/adapters/node/secret-key.ts";
import type { SigningKeyRepository } from "../../../src/application/ports/storage/signing-keys.ts";
import { openRing } from "../../support/ring.ts";
import { claims, headerOf, ISSUER, NOW, REFRESH_KEY, shown } from "./signed-by-hand.ts";

const [sealing, otherSealing] = ["this deployment", "another one"].map((secret) =>
  deriveKey(secret, "signing-keys"),
) as [Uint8Array, Uint8Array];

async function open(
  signingKeys: SigningKeyRepository,
  sealingKeys: readonly [Uint8Array, ...Uint8Array[]] = [sealing],
  algorithm: "ES256" | "RS256" = "ES256",
) {
  const clock = { now: () => NOW };
  return (await openRing({ signingKeys, clock, algorithm, audience: ISSUER, sealingKeys })).ring;
}

async function tokensOf(
  repository: SigningKeyRepository,
  sealingKeys?: readonly [Uint8Array, ...Uint8Array[]],
) {
  const accessKeys = await open(repository, sealingKeys);
  return makeTokens({ issuer: ISSUER, accessKeys, refreshKeys: [REFRESH_KEY] });
}

it("makes one key at the first opening and keeps to it ever after", async () => {
  const { signingKeys } = openMemoryStorage();
  const first = await open(signingKeys);
  const second = await open(signingKeys);
  expect(await signingKeys.list()).toHaveLength(1);
  expect(second.publicKeys(NOW)).toEqual(first.publicKeys(NOW));
  expect(second.signingKey(NOW).kid).toBe(first.signingKey(NOW).kid);
});

it("opened by ten processes at once on one storage, all end with the same kid and take each other's tokens", async () => {
  const { signingKeys } = openMemoryStorage();
  const rings = await Promise.all(Array.from({ length: 10 }, () => open(signingKeys)));
  expect(new Set(rings.map((ring) => ring.signingKey(NOW).kid)).size).toBe(1);
  expect(await signingKeys.list()).toHaveLength(1);
  const [one, another] = rings
    .slice(0, 2)
    .map((accessKeys) => makeTokens({ issuer: ISSUER, accessKeys, refreshKeys: [REFRESH_KEY] }));
  await expect(another?.verifyAccess((await one?.issueAccess(claims)) ?? "", NOW)).resolves.toMatchObject(
    shown,
  );
});

it("publishes what verifies and nothing that signs", async () => {
  const ring = await open(openMemoryStorage().signingKeys);
  expect(ring.publicKeys(NOW)).toEqual([
    {
      kty: "EC",
      crv: "P-256",
      x: expect.any(String),
      y: expect.any(String),
      kid: ring.signingKey(NOW).kid,
      alg: "ES256",
      use: "sig",
    },
  ]);
});

it.each(["ES256", "RS256"] as const)(
  "stores the private half of %s sealed, and no part of it in the open",
  async (algorithm) => {
    const { signingKeys } = openMemoryStorage();
    await open(signingKeys, [sealing], algorithm);
    const [stored] = await signingKeys.list();
    expect(stored).toMatchObject({ algorithm, sequence: 1, createdAt: NOW, activeAt: NOW });
    expect(
      JSON.parse(Buffer.from(stored?.sealedPrivateKey?.split(".")[0] ?? "", "base64url").toString()),
    ).toEqual({
      alg: "dir",
      enc: "A256GCM",
    });
    const record = JSON.stringify(stored);
    const decoded = record.replaceAll(/[\w-]{16,}/g, (run) =>
      Buffer.from(run, "base64url").toString("latin1"),
    );
    for (const text of [record, decoded]) expect(text).not.toMatch(/"(d|p|q|dp|dq|qi)":|PRIVATE KEY/);
  },
);

it("does not open with another secret, nor where what is sealed was changed", async () => {
  const { signingKeys } = openMemoryStorage();
  await open(signingKeys);
  await expect(open(signingKeys, [otherSealing])).rejects.toThrow(/SECRET_KEY/);
  const changed: SigningKeyRepository = {
    ...signingKeys,
    list: async () =>
      (await signingKeys.list()).map((key) => ({
        ...key,
        sealedPrivateKey: key.sealedPrivateKey?.replace(/\.[^.]+\.([^.]+)$/, ".AAAA.$1"),
      })),
  };
  await expect(open(changed)).rejects.toThrow(/SECRET_KEY/);
});

it("opens with the secret before, while it changes", async () => {
  const { signingKeys } = openMemoryStorage();
  const before = await tokensOf(signingKeys);
  const during = await tokensOf(signingKeys, [otherSealing, sealing]);
  await expect(during.verifyAccess(await before.issueAccess(claims), NOW)).resolves.toMatchObject(shown);
});

it("opens with the new secret alone, once the change is over", async () => {
  const { signingKeys } = openMemoryStorage();
  await open(signingKeys);
  await open(signingKeys, [otherSealing, sealing]);
  const afterwards = await tokensOf(signingKeys, [otherSealing]);
  await expect(afterwards.verifyAccess(await afterwards.issueAccess(claims), NOW)).resolves.toMatchObject(
    shown,
  );
});

it("keeps a ring for each algorithm, so that a change of JWT_ALG and back makes no third key", async () => {
  const { signingKeys } = openMemoryStorage();
  const es = await open(signingKeys);
  const rs = await open(signingKeys, [sealing], "RS256");
  const back = await open(signingKeys);
  expect(rs.publicKeys(NOW).map((key) => key.alg)).toEqual(["RS256"]);
  expect(back.signingKey(NOW).kid).toBe(es.signingKey(NOW).kid);
  expect(await signingKeys.list()).toHaveLength(2);
});

it("signs with the newest key that is active, and verifies with every one", async () => {
  const first = openMemoryStorage().signingKeys;
  const second = openMemoryStorage().signingKeys;
  const early = await tokensOf(first);
  await open(second);
  const [old, next] = [...(await first.list()), ...(await second.list())];
  if (!old || !next) throw new Error("both storages hold a key");
  const activeAt = new Date(NOW.getTime() + 60_000);
  await first.add({ ...next, sequence: 2, activeAt });
  const ring = await open(first);
  expect(ring.signingKey(NOW).kid).toBe(old.kid);
  expect(ring.signingKey(activeAt).kid).toBe(next.kid);
  const tokens = makeTokens({ issuer: ISSUER, accessKeys: ring, refreshKeys: [REFRESH_KEY] });
  const issuedLater = await tokens.issueAccess({ ...claims, issuedAt: activeAt });
  expect(headerOf(issuedLater)).toMatchObject({ kid: next.kid });
  await expect(tokens.verifyAccess(issuedLater, activeAt)).resolves.toBeDefined();
  await expect(tokens.verifyAccess(await early.issueAccess(claims), activeAt)).resolves.toMatchObject(shown);
});
