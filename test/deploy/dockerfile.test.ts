import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { readSettings } from "../../src/composition/settings/config.ts";
import { ROOT, read } from "../support/project.ts";
import { FREE_AND_CHEAP, startServer } from "../support/server-process.ts";
import { dockerfile, imageEnvironment, imageSays, imageWords, unknownVariables } from "./files.ts";

/** Checks the text of the Dockerfile. `npm run check:deploy` runs its steps. */
describe("the Dockerfile", () => {
  const said = (keyword: string) => dockerfile().filter((each) => each.keyword === keyword);

  it("copies nothing that is not there, or that .dockerignore keeps back", () => {
    const allowed = read(".dockerignore").split("\n");
    const sources = said("COPY")
      .filter((each) => !each.isFromStage)
      .flatMap((each) => each.text.split(" ").slice(0, -1));
    expect(sources).toContain("src");
    for (const source of sources) {
      expect(allowed).toContain(`!${source}`);
      expect(existsSync(join(ROOT, source)), source).toBe(true);
    }
    // everything else is left out, including .env and data
    expect(allowed.find((line) => line !== "" && !line.startsWith("#"))).toBe("*");
  });

  it("runs no package's script, and ships no development dependency", () => {
    const installs = said("RUN").filter((each) => each.text.includes("npm ci"));
    expect(installs).toHaveLength(2);
    for (const { text } of installs) expect(text).toContain("--ignore-scripts");
    expect(installs[1]?.text).toContain("--omit=dev");
    expect(dockerfile().filter((each) => each.isFinal && /\bnpm\b/.test(each.text))).toEqual([]);
  });

  it("does not run as root, and keeps data in a volume that is its user's", () => {
    const { DATA_DIR } = imageEnvironment();
    expect(imageSays("USER")).toBe("node");
    expect(imageSays("VOLUME")).toBe(DATA_DIR);
    expect(imageSays("RUN")).toBe(`install -d -o node -g node -m 700 ${DATA_DIR}`);
    expect(imageSays("STOPSIGNAL")).toBe("SIGTERM");
  });

  it("sets nothing but settings, to what they may be, and exposes the port", () => {
    expect(unknownVariables(imageEnvironment())).toEqual([]);
    const { settings, faults } = readSettings(imageEnvironment());
    expect(faults).toEqual([]);
    expect(settings).toMatchObject({ HOST: "0.0.0.0", PORT: Number(imageSays("EXPOSE")), DATA_DIR: "/data" });
  });

  it("starts what the package names as its program", () => {
    const { bin, engines } = JSON.parse(read("package.json"));
    expect([...imageWords("ENTRYPOINT"), ...imageWords("CMD")]).toEqual([
      "node",
      bin["connect-auth"],
      "serve",
    ]);
    const versions = said("FROM").map((each) => Number(/^node:(\d+)-slim/.exec(each.text)?.[1]));
    expect(new Set(versions).size).toBe(1);
    expect(versions[0]).toBeGreaterThanOrEqual(Number(/\d+/.exec(engines.node)?.[0]));
  });

  it("has a health check that tells a server that works from one that is gone", async () => {
    const server = await startServer({ STORAGE: "memory", ...FREE_AND_CHEAP });
    const env = { PATH: process.env.PATH, PORT: new URL(server.url).port };
    const [program = "", ...args] = imageWords("HEALTHCHECK");
    expect(program).toBe("node");
    const check = () => promisify(execFile)(process.execPath, args, { env });
    await check();
    await server.end("SIGINT");
    await expect(check()).rejects.toMatchObject({ code: 1, stderr: "" });
  });
});
