import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { assertNoFile, writeWhole } from "../../../src/adapters/node/whole-file.ts";
import { temporaryDirectory } from "../../support/server-process.ts";
import { each } from "../../support/transfer.ts";

describe("a file that is written whole", () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  let path: string;
  beforeEach(() => {
    directory = temporaryDirectory();
    path = join(directory.path, "export.jsonl");
  });
  afterEach(() => directory.remove());

  const names = () => readdirSync(directory.path);

  it("is for its owner alone, and leaves no draft behind", async () => {
    await writeWhole(path, each(["a", "ü\n"]), { overwrite: false });
    expect(readFileSync(path, "utf8")).toBe("aü\n");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(names()).toEqual(["export.jsonl"]);
  });

  it("has no name before all of it is there", async () => {
    async function* texts() {
      yield "a";
      expect(names()).not.toContain("export.jsonl");
      expect(names()).toHaveLength(1);
      expect(statSync(join(directory.path, names()[0] as string)).mode & 0o777).toBe(0o600);
      yield "b";
    }
    await writeWhole(path, texts(), { overwrite: false });
    expect(readFileSync(path, "utf8")).toBe("ab");
  });

  it.each([true, false])("is not there at all where writing fails (overwrite: %s)", async (overwrite) => {
    async function* texts() {
      yield "a";
      throw new Error("no more");
    }
    await expect(writeWhole(path, texts(), { overwrite })).rejects.toThrow("no more");
    expect(names()).toEqual([]);
  });

  it("takes the place of another only where that is asked", async () => {
    writeFileSync(path, "old");
    await expect(assertNoFile(path)).rejects.toThrow("is there already");
    await expect(writeWhole(path, each(["new"]), { overwrite: false })).rejects.toThrow("is there already");
    expect(readFileSync(path, "utf8")).toBe("old");
    await writeWhole(path, each(["new"]), { overwrite: true });
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(names()).toEqual(["export.jsonl"]);
  });

  it("takes a dangling link and a directory for something that is there", async () => {
    symlinkSync("nowhere", path);
    await expect(assertNoFile(path)).rejects.toThrow("is there already");
    const folder = join(directory.path, "folder");
    mkdirSync(folder);
    await expect(assertNoFile(folder)).rejects.toThrow("is there already");
    await expect(assertNoFile(`${path}2`)).resolves.toBeUndefined();
  });
});
