import { chmodSync, existsSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import module from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { ROOT } from "../support/project.ts";
import { mustRun } from "../support/run.ts";
import { temporaryDirectory } from "../support/server-process.ts";

const canKeep = "enableCompileCache" in module;
if (!canKeep) console.log(`Compiled code is not kept by Node.js ${process.version}: only that is tested`);

const { path: program, remove } = temporaryDirectory();
const cache = join(program, ".compile-cache");
afterEach(() => {
  rmSync(cache, { recursive: true, force: true });
  chmodSync(program, 0o700);
});
afterAll(remove);

/** Makes a process cache the code of one module. Returns the place. */
async function kept(): Promise<string> {
  const main = join(program, "main.mjs");
  const keeping = pathToFileURL(join(ROOT, "dist/adapters/node/compiled-code.js")).href;
  writeFileSync(
    main,
    `import module from "node:module";
    import { keepCompiledCode } from "${keeping}";
    process.umask(0o077);
    keepCompiledCode(new URL("./", import.meta.url));
    console.log(module.getCompileCacheDir?.() ?? "nowhere");`,
  );
  return (await mustRun([process.execPath, main], { env: {} })).trim();
}

describe("compiled code", () => {
  it("is kept beside the program for its owner alone, where Node.js can keep it", async () => {
    expect(await kept()).toContain(canKeep ? cache : "nowhere");
    expect(existsSync(cache)).toBe(canKeep);
    if (canKeep) expect(statSync(cache).mode & 0o077).toBe(0);
  });

  it.each([
    ["others can write to the program", () => chmodSync(program, 0o777)],
    ["the cache is a link", () => symlinkSync("/tmp", cache)],
    ["the cache is a file", () => writeFileSync(cache, "")],
    [
      "others can write to the cache",
      () => {
        mkdirSync(cache);
        chmodSync(cache, 0o777);
      },
    ],
  ])("is not kept where %s", async (_, prepare) => {
    prepare();
    expect(await kept()).toBe("nowhere");
  });
});
