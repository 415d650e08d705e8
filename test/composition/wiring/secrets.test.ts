import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import { ConfigError, readConfig } from "../../../src/composition/settings/config.ts";
import { checkSecrets, findSecrets, keysFor, type Secrets } from "../../../src/composition/wiring/secrets.ts";
import { temporaryDirectory } from "../../support/server-process.ts";

const [OLD, NEW, FOREIGN] = ["old", "new", "foreign"].map((name) => name.padEnd(32, "-")) as [
  string,
  string,
  string,
];

it("the first secret that a storage meets is the one it goes by", async () => {
  const { storedValues } = openMemoryStorage();
  await checkSecrets(storedValues, [OLD]);
  await expect(checkSecrets(storedValues, [OLD])).resolves.toBeUndefined();
  await expect(checkSecrets(storedValues, [FOREIGN])).rejects.toThrow(ConfigError);
});

it("a secret is changed by naming the one before, and the one before alone is refused from then on", async () => {
  const { storedValues } = openMemoryStorage();
  await checkSecrets(storedValues, [OLD]);
  await checkSecrets(storedValues, [NEW, OLD]);
  await expect(checkSecrets(storedValues, [NEW, OLD])).resolves.toBeUndefined();
  await expect(checkSecrets(storedValues, [NEW])).resolves.toBeUndefined();
  await expect(checkSecrets(storedValues, [OLD])).rejects.toThrow(ConfigError);
});

it("a secret before that is not this storage's changes nothing", async () => {
  const { storedValues } = openMemoryStorage();
  await checkSecrets(storedValues, [OLD]);
  await expect(checkSecrets(storedValues, [NEW, FOREIGN])).rejects.toThrow(ConfigError);
  await expect(checkSecrets(storedValues, [OLD])).resolves.toBeUndefined();
});

it("ten processes may change it at once, and of two first secrets at once one is refused", async () => {
  const { storedValues } = openMemoryStorage();
  await checkSecrets(storedValues, [OLD]);
  await Promise.all(Array.from({ length: 10 }, () => checkSecrets(storedValues, [NEW, OLD])));
  const empty = openMemoryStorage().storedValues;
  const outcomes = await Promise.allSettled([checkSecrets(empty, [OLD]), checkSecrets(empty, [NEW])]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
});

it("neither the storage nor the refusal holds the secret", async () => {
  const kept: string[] = [];
  const settings = {
    claim: async (_: string, value: string) => {
      kept.push(value);
      return "another's";
    },
    find: async () => undefined,
    replace: async () => false,
  };
  const refusal = await checkSecrets(settings, [NEW, OLD]).catch((error: Error) => error.message);
  expect(refusal).toContain("SECRET_KEY");
  for (const text of [...kept, refusal]) expect(text).not.toMatch(/new-|old-/);
});

it("the configured secrets are used as they are, the current one first", async () => {
  const config = readConfig({ STORAGE: "memory", SECRET_KEY: NEW, SECRET_KEY_PREVIOUS: OLD });
  const secrets: Secrets = await findSecrets(config, openMemoryStorage().storedValues);
  expect(secrets).toEqual([NEW, OLD]);
  const keys = keysFor("refresh-tokens", secrets);
  expect(keys).toEqual([...keysFor("refresh-tokens", [NEW]), ...keysFor("refresh-tokens", [OLD])]);
  expect(keys).not.toEqual(keysFor("signing-keys", secrets));
});

it("memory without a configured secret has one of its own each time", async () => {
  const config = readConfig({ STORAGE: "memory" });
  const { storedValues } = openMemoryStorage();
  const [[one], [other]] = await Promise.all([
    findSecrets(config, storedValues),
    findSecrets(config, storedValues),
  ]);
  expect(one).not.toBe(other);
  expect(one.length).toBeGreaterThanOrEqual(32);
});

it("the secret of an embedded store is made before the store knows of it, so that a second process finds it", async () => {
  const { path: DATA_DIR, remove } = temporaryDirectory();
  const { storedValues } = openMemoryStorage();
  const config = readConfig({ DATA_DIR });
  // between this process's two reads another one makes the secret and claims the store
  let others: Secrets | undefined;
  const meanwhile = {
    async find(name: string) {
      others ??= await findSecrets(config, storedValues);
      await checkSecrets(storedValues, others);
      return storedValues.find(name);
    },
  };
  expect(await findSecrets(config, meanwhile)).toEqual(others);
  rmSync(join(DATA_DIR, "secret.key"));
  await expect(findSecrets(config, storedValues)).rejects.toThrow("secret.key is missing");
  expect(readdirSync(DATA_DIR)).toEqual([]);
  remove();
});
