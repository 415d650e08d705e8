import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { storageFaults, storageOf } from "../../../src/composition/settings/storage-settings.ts";
import { STORAGE_NAMES, STORAGES } from "../../../src/composition/storages/storages.ts";
import { ROOT } from "../../support/project.ts";

const directories: string[] = [];
afterEach(() => {
  for (const path of directories.splice(0)) rmSync(path, { recursive: true });
});

/** The lines of a source in which code compares with the name of a storage. */
function choicesIn(path: string, code: string): string[] {
  const names = STORAGE_NAMES.join("|");
  // an adapter names its package
  const lines = code.split("\n").filter((line) => !/^(import|export|\}) .*from "/.test(line));
  const asks = new RegExp(String.raw`["'\`](${names})["'\`]|\bSTORAGES(\.|\[")(${names})\b`);
  return lines.filter((line) => asks.test(line)).map((line) => `${path}: ${line.trim()}`);
}

describe("no code asks for a storage by its name", () => {
  it("but the test kit, which chooses the one that it starts on", () => {
    const sources = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .filter((name) => !name.startsWith("composition/storages/"));
    expect(sources.length).toBeGreaterThan(200);
    expect(sources.flatMap((name) => choicesIn(name, readFileSync(join(ROOT, "src", name), "utf8")))).toEqual(
      ['composition/testing/start-test-auth.ts: STORAGE: "memory",'],
    );
  });

  it.each([
    'if (config.STORAGE === "lmdb") return;',
    "const isShared = STORAGE !== 'memory';",
    "const { open } = STORAGES.mongodb;",
    'const { open } = STORAGES["mongodb"];',
  ])("as this would: %s", (line) => {
    expect(choicesIn("planted.ts", line)).toEqual([`planted.ts: ${line}`]);
    expect(choicesIn("planted.ts", 'import { open } from "lmdb";')).toEqual([]);
  });
});

describe.each(STORAGE_NAMES)("what the descriptor of %s says", (name) => {
  const storage = STORAGES[name];
  const isShared = storage.kind === "directory" ? storage.isSharedByProcesses : storage.kind === "server";

  it("is of a storage that runs the contract suite", () => {
    const folder = join(ROOT, "test/adapters", name);
    const tests = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
    expect(tests.filter((text) => text.includes("storageContract("))).toHaveLength(1);
  });

  it("is what the storage does", async () => {
    if (storage.kind === "process") {
      const [one, other] = [await storage.open(), await storage.open()];
      await one.storedValues.claim("name", "value");
      expect(await other.storedValues.find("name")).toBeUndefined();
      return;
    }
    // the contract suite opens servers; this test needs none
    if (storage.kind === "server") {
      expect(storage.advice).toContain(storage.setting);
      expect(await storage.faultOf("no location")).toBeTypeOf("string");
      return;
    }
    const directory = mkdtempSync(join(tmpdir(), "connect-auth-store-"));
    directories.push(directory);
    expect([await storage.holdsStore(directory), readdirSync(directory)]).toEqual([false, []]);
    const opened = await storage.open(directory);
    await opened.storedValues.claim("name", "value");
    if (!isShared) await opened.close();
    const again = await storage.open(directory);
    expect(await again.storedValues.find("name")).toBe("value");
    await again.copyTo(join(directory, "copy"));
    await again.close();
    if (isShared) await opened.close();
    expect(await storage.holdsStore(directory)).toBe(true);
    expect(readdirSync(directory).toSorted()).toEqual([...storage.files, "copy"].toSorted());
  });

  it("follows from settings: what must be set, and what contradicts it", () => {
    const chosen = { STORAGE: name };
    const server = storage.kind === "server" ? { [storage.setting]: "somewhere", SECRET_KEY: "secret" } : {};
    expect(storageFaults({ ...chosen, ...server }, 1)).toEqual([]);
    expect(storageFaults(chosen, 1)).toHaveLength(storage.kind === "server" ? 2 : 0);
    expect(storageFaults({ ...chosen, ...server }, 2)).toHaveLength(isShared ? 0 : 1);
    if (storage.kind === "server") expect(storageOf(server)).toBe(name);
    else expect(storageFaults({ ...chosen, MONGO_URI: "mongodb://h" }, 1)).toHaveLength(1);
  });
});
