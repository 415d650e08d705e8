import { join } from "node:path";
import { open } from "lmdb";
import { expect, it, onTestFinished } from "vitest";
import { openLmdbStorage } from "../../src/adapters/lmdb/storage.ts";
import { ROOT } from "../support/project.ts";
import { temporaryDirectory } from "../support/server-process.ts";

/** The benchmark's fast fill makes the same store as the service's repositories. */

const SIZE = 1_000;

const { fillStore } = await import(join(ROOT, "bench/fill.mjs"));
const { populationOf } = await import(join(ROOT, "bench/population.mjs"));

function directories() {
  const directory = temporaryDirectory();
  onTestFinished(directory.remove);
  return { fast: join(directory.path, "fast"), slow: join(directory.path, "slow") };
}

async function fillBySteps(directory: string) {
  const { users, sessions, revocations, close } = await openLmdbStorage(directory);
  const population = populationOf(SIZE);
  const numbers = Array.from({ length: SIZE }, (_, n) => n);
  await Promise.all(numbers.map((n) => users.add(population.user(n))));
  await Promise.all(numbers.map((n) => sessions.add(population.session(n))));
  await Promise.all(
    numbers.map((n) => {
      const { key, until } = population.revocation(n);
      return revocations.add(key, until);
    }),
  );
  await close();
}

/** Every entry of every database, as bytes. */
async function entriesOf(directory: string) {
  const root = open(directory, { noSubdir: false, maxDbs: 32, readOnly: true });
  const names = Array.from(root.getKeys() as Iterable<string>);
  const databases = names.map((name) => {
    const database = root.openDB<Buffer, Buffer>(name, { encoding: "binary", keyEncoding: "binary" });
    const entries = Array.from(
      database.getRange(),
      ({ key, value }) => `${key.toString("hex")} ${value.toString("hex")}`,
    );
    return [name, entries] as const;
  });
  await root.close();
  return Object.fromEntries(databases);
}

it("has every entry that the repositories write, byte for byte", async () => {
  const { fast, slow } = directories();
  await fillStore(fast, SIZE);
  await fillBySteps(slow);
  const entries = await entriesOf(fast);
  expect(entries).toEqual(await entriesOf(slow));
  const filled = Object.keys(entries).filter((name) => entries[name]?.length === SIZE);
  expect(filled).toHaveLength(8);
});
