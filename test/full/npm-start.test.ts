import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { ROOT } from "../support/project.ts";
import { mustRun, newcomer } from "../support/run.ts";
import { FREE_AND_CHEAP, startProgram, temporaryDirectory } from "../support/server-process.ts";

const directory = temporaryDirectory();
const env = newcomer(join(directory.path, "home"));
afterAll(directory.remove);

// npm 10 comes with Node.js 20 and 22, npm 11 with 24
it.each(["10", "11"])("SIGTERM to `npm start` stops the service, with npm %s", async (version) => {
  const prefix = join(directory.path, `npm-${version}`);
  await mustRun(["npm", "install", "--prefix", prefix, "--no-audit", "--no-fund", `npm@${version}`], { env });
  const npm = join(prefix, "node_modules/npm/bin/npm-cli.js");
  const settings = { ...FREE_AND_CHEAP, PORT: "0", DATA_DIR: join(prefix, "data"), SHUTDOWN_GRACE: "0s" };
  const server = await startProgram([process.execPath, npm, "start"], { ...env, ...settings }, ROOT);
  // resolves once no process is left that could write to its output
  await server.end("SIGTERM");
  await expect(fetch(`${server.url}/version`)).rejects.toThrow("fetch failed");
});
