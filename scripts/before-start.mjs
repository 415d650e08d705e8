/** What `npm start` does first: build, where the tools for it are installed; without them it goes on with what is built. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

// what `npm run build` needs, and `npm prune --omit=dev` takes away
const TOOLS = ["typescript", "swagger-ui-dist"];

function isInstalled(name) {
  return existsSync(new URL(`../node_modules/${name}/package.json`, import.meta.url));
}

if (TOOLS.every(isInstalled)) {
  const directory = fileURLToPath(new URL("..", import.meta.url));
  // a shell finds npm under each system's name for it
  const { status } = spawnSync("npm run --silent build", { cwd: directory, shell: true, stdio: "inherit" });
  process.exitCode = status ?? 1;
} else if (!existsSync(new URL("../dist/main.js", import.meta.url))) {
  console.error(
    "Nothing is built here, and what builds it is not installed. Run `npm ci && npm run build` before `npm prune --omit=dev`.",
  );
  process.exitCode = 1;
}
