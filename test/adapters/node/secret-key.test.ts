import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deriveKey, keptSecretKey, secretFingerprint } from "../../../src/adapters/node/secret-key.ts";

describe("the kept secret", () => {
  let parent: string;
  let directory: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), "connect-auth-secret-"));
    directory = join(parent, "data", "deeper");
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  it("is made once by twenty calls at once, in a directory made on the way, and no draft stays", async () => {
    const secrets = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        // staggered, so that one makes it while another reads it
        await setTimeout(index / 2);
        return keptSecretKey(directory);
      }),
    );
    expect(new Set(secrets).size).toBe(1);
    expect(readdirSync(directory)).toEqual(["secret.key"]);
    expect(readFileSync(join(directory, "secret.key"), "utf8").trim()).toBe(secrets[0]);
  });

  it("is for its owner alone, and so is the directory made for it", async () => {
    await keptSecretKey(directory);
    expect(statSync(join(directory, "secret.key")).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  it("stays the same, has at least 32 random bytes and is another elsewhere", async () => {
    const secret = await keptSecretKey(directory);
    await expect(keptSecretKey(directory)).resolves.toBe(secret);
    expect(Buffer.from(secret, "base64url").length).toBeGreaterThanOrEqual(32);
    await expect(keptSecretKey(join(parent, "other"))).resolves.not.toBe(secret);
  });

  it.each([
    ["empty", ""],
    ["blank", " \n"],
    ["cut short", "c2hvcnQ\n"],
  ])("is refused where its file is %s: what anyone can guess signs nothing", async (_, content) => {
    await keptSecretKey(directory);
    writeFileSync(join(directory, "secret.key"), content);
    await expect(keptSecretKey(directory)).rejects.toThrow();
  });

  it("cannot be kept where the directory is a file", async () => {
    writeFileSync(join(parent, "data"), "");
    await expect(keptSecretKey(directory)).rejects.toThrow();
  });
});

it("a key of 32 bytes is derived for each purpose, another for each, the same every time", () => {
  const purposes = ["refresh-tokens", "signing-keys", "secret-check"] as const;
  const keys = purposes.map((purpose) => deriveKey("a secret", purpose));
  expect(keys.map((key) => key.length)).toEqual([32, 32, 32]);
  expect(new Set(keys.map((key) => Buffer.from(key).toString("hex"))).size).toBe(3);
  expect(purposes.map((purpose) => deriveKey("a secret", purpose))).toEqual(keys);
  expect(deriveKey("another secret", "refresh-tokens")).not.toEqual(keys[0]);
});

it("derived keys never change from one version to the next: stored tokens and keys depend on them", () => {
  expect(Buffer.from(deriveKey("a secret", "refresh-tokens")).toString("hex")).toBe(
    "188faf3d54dfb8964c9c87db650eff485a83f5397585cefd6ae1ce74ae123809",
  );
});

it("a fingerprint tells secrets apart, says nothing of them and is none of their keys", () => {
  const fingerprint = secretFingerprint("a secret");
  expect(secretFingerprint("a secret")).toBe(fingerprint);
  expect(secretFingerprint("a secret ")).not.toBe(fingerprint);
  expect(Buffer.from(fingerprint, "base64url")).toHaveLength(32);
  expect(Buffer.from(fingerprint, "base64url")).not.toEqual(
    Buffer.from(deriveKey("a secret", "secret-check")),
  );
});
