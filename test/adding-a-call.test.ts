import { execFile } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { copiedTree } from "./support/copied-tree.ts";
import { read } from "./support/project.ts";

/** Follows docs/adding-a-call.md in a copy of the sources. */

const ROOT = join(import.meta.dirname, "..");
const TSC = join(ROOT, "node_modules/.bin/tsc");

interface Place {
  readonly path: string;
  readonly code: string;
}

/** The blocks of the page: the first line names the file. */
const places: readonly Place[] = [
  ...read("docs/adding-a-call.md").matchAll(/^ {3}```ts\n {3}\/\/ (\S+)\n(.*?)^ {3}```$/gms),
].map(([, path = "", code = ""]) => ({ path, code: code.replaceAll(/^ {3}/gm, "") }));

/** For existing files, the line before which a reader would insert the block. */
const BEFORE: Readonly<Record<string, string>> = {
  "src/composition/wiring/features/sessions.ts": "  listSessions: makeListSessions,\n",
  "src/adapters/koa/endpoints/sessions.ts": "  endSession: endpoint({\n",
  "src/client/session-calls.ts": "    /** Ends one of the user's sessions. */\n",
};

function put({ path, code }: Place): void {
  const file = join(copy, path);
  if (!existsSync(file)) {
    writeFileSync(file, code);
    return;
  }
  const [imports = ""] = /^import .*\n\n/.exec(code) ?? [];
  const [before, after, ...more] = readFileSync(file, "utf8").split(BEFORE[path] ?? "\0");
  expect([path, after === undefined, more]).toEqual([path, false, []]);
  writeFileSync(file, imports + before + code.slice(imports.length) + BEFORE[path] + after);
}

/** Includes the output of the build, so that only the changes are compiled. */
const copy = copiedTree(["src", "mail-templates", "package.json", "tsconfig.base.json", "dist"]);
afterAll(() => rmSync(copy, { recursive: true }));

/** The errors of the compiler, or an empty text. */
async function compiled(): Promise<string> {
  const args = ["-b", "src", "src/client", "--pretty", "false"];
  return promisify(execFile)(TSC, args, { cwd: copy }).then(
    () => "",
    ({ stdout }: { stdout: string }) => stdout,
  );
}

it("the places are the use case, its line, the endpoint and the client's method", () => {
  expect(places.map(({ path }) => path)).toEqual([
    "src/application/sessions/count-sessions.ts",
    ...Object.keys(BEFORE),
  ]);
});

it("they compile together, and not without the line in the list of use cases", async () => {
  const isLine = ({ path }: Place) => path.startsWith("src/composition/");
  for (const place of places.filter((each) => !isLine(each))) put(place);
  const errors = await compiled();
  expect(errors).toMatch(/^src\/composition\//);
  expect(errors).toContain("countSessions");
  for (const place of places.filter(isLine)) put(place);
  expect(await compiled()).toBe("");
});

const PROGRAM = `
  const { startTestAuth } = await import("./dist/composition/testing/start-test-auth.js");
  const { createClient, memoryTokens } = await import("./dist/client/client.js");
  const auth = await startTestAuth();
  try {
    const { access_token } = await auth.user();
    const tokens = memoryTokens({ access_token });
    const counted = await createClient({ baseUrl: auth.url, tokens }).countSessions();
    const without = await fetch(auth.url + "/api/session-count");
    const { paths } = await (await fetch(auth.url + "/openapi.json")).json();
    const described = paths["/api/session-count"].get;
    console.log(JSON.stringify({ counted, without: without.status, id: described.operationId, statuses: Object.keys(described.responses) }));
  } finally {
    await auth.stop();
  }
`;

it("they make a call that is answered, checked and described", async () => {
  const args = ["--input-type=module", "-e", PROGRAM];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: copy });
  expect(JSON.parse(stdout)).toEqual({
    counted: { count: 1 },
    without: 401,
    id: "countSessions",
    statuses: ["200", "400", "401", "403", "408", "431", "500", "503"],
  });
});
