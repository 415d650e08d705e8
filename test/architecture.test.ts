import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copiedTree } from "./support/copied-tree.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const BIN = join(ROOT, "node_modules/.bin");

/** Code that the gate must refuse: the rule, the file that breaks it, and its text. */
const forbidden: [rule: string, path: string, code: string][] = [
  ["domain → application", "src/domain/planted-1.ts", 'import "../application/accounts/me.ts";'],
  [
    "domain → application, types alone",
    "src/domain/planted-2.ts",
    'export type { Me } from "../application/accounts/me.ts";',
  ],
  [
    "domain → application, on demand",
    "src/domain/planted-3.ts",
    'export const me = import("../application/accounts/me.ts");',
  ],
  [
    "domain → application, by a detour",
    "src/domain/planted-4.ts",
    'import "./../application/accounts/me.ts";',
  ],
  ["domain → adapters", "src/domain/planted-5.ts", 'import "../adapters/node/platform.ts";'],
  ["domain → Node", "src/domain/planted-6.ts", 'import "node:fs";'],
  ["domain → Node, old style", "src/domain/planted-7.ts", 'import "fs";'],
  ["domain → package", "src/domain/planted-8.ts", 'import "zod";'],
  [
    "domain's folder → application",
    "src/domain/flask/planted-1.ts",
    'import "../../application/accounts/me.ts";',
  ],
  ["domain's folder → package", "src/domain/flask/planted-2.ts", 'import "zod";'],
  ["application → adapters", "src/application/planted-1.ts", 'import "../adapters/node/platform.ts";'],
  [
    "application → adapters, from a room",
    "src/application/login/planted-1.ts",
    'import "../../adapters/node/platform.ts";',
  ],
  [
    "application → adapters, by a detour",
    "src/application/login/planted-2.ts",
    'import "./../../adapters/node/platform.ts";',
  ],
  [
    "application → adapters, through another room",
    "src/application/login/planted-3.ts",
    'import "../users/../../adapters/node/platform.ts";',
  ],
  [
    "application → composition",
    "src/application/login/planted-4.ts",
    'import "../../composition/settings/config.ts";',
  ],
  ["application → Node", "src/application/login/planted-5.ts", 'import "node:crypto";'],
  ["application → package", "src/application/login/planted-6.ts", 'import "jose";'],
  ["port → adapters", "src/application/ports/planted-1.ts", 'import "../../adapters/node/platform.ts";'],
  ["port → use case", "src/application/ports/planted-2.ts", 'import "../login/login.ts";'],
  [
    "port of the storage → use case",
    "src/application/ports/storage/planted-1.ts",
    'import "../../login/login.ts";',
  ],
  [
    "port of the storage → adapters",
    "src/application/ports/storage/planted-2.ts",
    'import "../../../adapters/node/platform.ts";',
  ],
  ["adapter → other adapter", "src/adapters/node/planted-1.ts", 'import "../koa/app.ts";'],
  ["adapter → other adapter, by one detour", "src/adapters/node/planted-2.ts", 'import "./../koa/app.ts";'],
  [
    "adapter → other adapter, by another",
    "src/adapters/node/planted-3.ts",
    'import "../../adapters/koa/app.ts";',
  ],
  [
    "adapter → other adapter, through the domain",
    "src/adapters/node/planted-9.ts",
    'import "../../domain/../adapters/koa/app.ts";',
  ],
  [
    "adapter → composition",
    "src/adapters/node/planted-4.ts",
    'import "../../composition/settings/config.ts";',
  ],
  [
    "folder of an adapter → other adapter",
    "src/adapters/koa/endpoints/planted-1.ts",
    'import "../../node/platform.ts";',
  ],
  [
    "folder of an adapter → other adapter, by one detour",
    "src/adapters/koa/endpoints/planted-2.ts",
    'import "./../../node/platform.ts";',
  ],
  [
    "folder of an adapter → other adapter, by another",
    "src/adapters/koa/endpoints/planted-3.ts",
    'import "../../../adapters/node/platform.ts";',
  ],
  [
    "folder of an adapter → other adapter, through the domain",
    "src/adapters/koa/endpoints/planted-4.ts",
    'import "../../../domain/../adapters/node/platform.ts";',
  ],
  [
    "folder of an adapter → other adapter, through the application",
    "src/adapters/koa/endpoints/planted-5.ts",
    'import "../../../application/ports/../../adapters/node/platform.ts";',
  ],
  [
    "folder of an adapter → other folder of it",
    "src/adapters/koa/endpoints/planted-6.ts",
    'import "../pages/front.ts";',
  ],
  [
    "folder of an adapter → its adapter by name",
    "src/adapters/koa/endpoints/planted-7.ts",
    'import "../../koa/app.ts";',
  ],
  [
    "folder of an adapter → composition",
    "src/adapters/koa/endpoints/planted-8.ts",
    'import "../../../composition/settings/config.ts";',
  ],
  ["folder of an adapter → main", "src/adapters/koa/endpoints/planted-9.ts", 'import "../../../main.ts";'],
  ["folder of an adapter → tsyringe", "src/adapters/koa/endpoints/planted-10.ts", 'import "tsyringe";'],
  ["adapter → main", "src/adapters/node/planted-5.ts", 'import "../../main.ts";'],
  ["adapter → tsyringe", "src/adapters/node/planted-6.ts", 'import "tsyringe";'],
  ["adapter → reflect-metadata", "src/adapters/node/planted-7.ts", 'import "reflect-metadata";'],
  ["application → tsyringe", "src/application/planted-6.ts", 'import "tsyringe";'],
  ["client → domain", "src/client/planted-1.ts", 'import "../domain/errors.ts";'],
  ["client → domain, by a detour", "src/client/planted-2.ts", 'import "./../domain/errors.ts";'],
  ["client → Node", "src/client/planted-3.ts", 'import "node:crypto";'],
  ["client → package", "src/client/planted-4.ts", 'import "jose";'],
  ["main → tsyringe", "src/planted.ts", 'import "tsyringe";'],
];

const allowed: [rule: string, path: string, code: string][] = [
  ["domain → domain", "src/domain/fine.ts", 'import "./text.ts";'],
  ["domain's folder → domain", "src/domain/flask/fine.ts", 'import "../text.ts";\nimport "./flask-user.ts";'],
  [
    "application → domain and application",
    "src/application/login/fine.ts",
    'import "../../domain/text.ts";\nimport "./login.ts";\nimport "../ports/storage/users.ts";',
  ],
  [
    "port → domain and port",
    "src/application/ports/fine.ts",
    'import "../../domain/text.ts";\nimport "./ids.ts";',
  ],
  [
    "port of the storage → domain and port",
    "src/application/ports/storage/fine.ts",
    'import "../../../domain/text.ts";\nimport "../ids.ts";',
  ],
  [
    "adapter → domain, application, itself, Node and packages",
    "src/adapters/node/fine.ts",
    'import "node:fs";\nimport "zod";\nimport "../../application/accounts/me.ts";\nimport "../../domain/text.ts";\nimport "./platform.ts";',
  ],
  [
    "folder of an adapter → domain, application, its adapter, itself, Node and packages",
    "src/adapters/koa/endpoints/fine.ts",
    'import "node:fs";\nimport "zod";\nimport "../../../application/ports/ids.ts";\nimport "../../../domain/text.ts";\nimport "../problem.ts";\nimport "./fields.ts";',
  ],
  ["client → client", "src/client/fine.ts", 'import "./errors.ts";'],
  [
    "composition → all",
    "src/composition/wiring/fine.ts",
    'import "tsyringe";\nimport "../../adapters/koa/app.ts";',
  ],
];

const cycle: [path: string, code: string][] = [
  ["src/domain/ring-one.ts", 'import { two } from "./ring-two.ts";\nexport const one = (): unknown => two;'],
  ["src/domain/ring-two.ts", 'import { one } from "./ring-one.ts";\nexport const two = (): unknown => one;'],
  ["src/domain/ring-three.ts", 'import type { Four } from "./ring-four.ts";\nexport type Three = Four[];'],
  ["src/domain/ring-four.ts", 'import type { Three } from "./ring-three.ts";\nexport type Four = Three | 4;'],
];

const copies: string[] = [];
afterAll(() => {
  for (const copy of copies) rmSync(copy, { recursive: true });
});

/** A copy of the sources and of the checking tools, in which code can be planted. */
function copyOfTree(planted: readonly (readonly [path: string, code: string])[]): string {
  const copy = copiedTree(["src", "biome.json", ".gitignore", "package.json", "tsconfig.base.json"]);
  copies.push(copy);
  for (const [path, code] of planted) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), `${code}\n`);
  }
  return copy;
}

/** A tool's output, whatever its exit status. */
function run(tool: string, args: string[], cwd: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(join(BIN, tool), args, { cwd, maxBuffer: 1e8 }, (_, stdout) => resolve(stdout));
  });
}

async function lintedErrors(copy: string): Promise<string[]> {
  const report = await run("biome", ["lint", "--reporter=json", "--max-diagnostics=none", "."], copy);
  const { diagnostics, summary } = JSON.parse(report.slice(report.indexOf("{"))) as {
    diagnostics: { severity: string; category: string; location: { path: string } }[];
    summary: { unchanged: number };
  };
  expect(summary.unchanged).toBeGreaterThan(40);
  return diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ category, location }) => `${location.path} ${category}`);
}

describe("the import gate", () => {
  let errors: string[];
  beforeAll(async () => {
    errors = await lintedErrors(
      copyOfTree([...[...forbidden, ...allowed].map(([, path, code]) => [path, code] as const), ...cycle]),
    );
  });

  it.each(forbidden)("refuses %s", (_, path) => {
    expect(errors).toContain(`${path} lint/style/noRestrictedImports`);
  });

  it.each(allowed)("lets pass %s", (_, path) => {
    expect(errors.filter((error) => error.startsWith(path))).toEqual([]);
  });

  it("refuses files that import each other, be it types alone", () => {
    for (const [path] of cycle) expect(errors).toContain(`${path} lint/suspicious/noImportCycles`);
  });

  it("has nothing against the sources as they are", () => {
    expect(errors.filter((error) => !/planted|fine|ring-/.test(error))).toEqual([]);
  });
});

describe.each(["domain", "application"])("what needs the world outside does not compile in %s", (layer) => {
  const outside: [name: string, code: string][] = [
    ["process", "export const value = process.env;"],
    ["Buffer", 'export const value = Buffer.from("");'],
    ["console", 'console.log("");\nexport {};'],
    ["fetch", 'export const value = fetch("http://localhost");'],
    ["setTimeout", "setTimeout(() => {}, 1);\nexport {};"],
    ["crypto", "export const value = crypto.randomUUID();"],
    ["performance", "export const value = performance.now();"],
    ["require", 'export const value = require("fs");'],
    ["node:fs", 'import { readFileSync } from "node:fs";\nexport const value = readFileSync;'],
    ["node:url, unnamed", 'import "node:url";\nexport {};'],
  ];
  const path = (index: number) => `src/${layer}/planted-${index}.ts`;
  let report: string;
  let clean: string;
  beforeAll(async () => {
    const planted = copyOfTree([...outside.entries()].map(([index, [, code]]) => [path(index), code]));
    report = await run("tsc", ["-b", `src/${layer}`, "--pretty", "false"], planted);
    clean = await run("tsc", ["-b", `src/${layer}`, "--pretty", "false"], copyOfTree([]));
  });

  it.each([...outside.entries()].map(([index, [name]]) => [name, index] as const))("%s", (_, index) => {
    expect(report).toContain(`${path(index)}(`);
  });

  it("and everything else does", () => {
    expect(clean).toBe("");
  });
});

it("the client compiles with what browsers and Node have both, and without what Node has alone", async () => {
  const copy = copyOfTree([
    ["src/client/planted-1.ts", "export const value = process.env;"],
    ["src/client/planted-2.ts", 'export const value = Buffer.from("");'],
    ["src/client/planted-3.ts", "export const value = fetch;"],
    ["src/client/planted-4.ts", 'export { systemClock } from "./../adapters/node/platform.ts";'],
  ]);
  const report = await run("tsc", ["-b", "src/client", "--pretty", "false"], copy);
  const refused = [1, 2, 3, 4].filter((nth) => report.includes(`src/client/planted-${nth}.ts(`));
  expect(refused).toEqual([1, 2, 4]);
});

it("a layer does not compile with a file of a layer further out, by whatever path it is imported", async () => {
  const copy = copyOfTree([
    ["src/domain/planted.ts", 'export { makeMe } from "./x/../../application/accounts/me.ts";'],
    ["src/application/planted.ts", 'export { systemClock } from "../domain/../adapters/node/platform.ts";'],
  ]);
  const report = await run("tsc", ["-b", "src/application", "--pretty", "false"], copy);
  expect(report).toMatch(/src\/domain\/planted\.ts\(\d+,\d+\): error TS6059/);
  const alone = await run("tsc", ["-p", "src/application", "--noEmit", "--pretty", "false"], copy);
  expect(alone).toMatch(/src\/application\/planted\.ts\(\d+,\d+\): error TS6059/);
});
