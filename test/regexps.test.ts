import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { analyse } from "scslre";
import { parseSync } from "vite";
import { expect, it, vi } from "vitest";
import { ROOT } from "./support/project.ts";

/**
 * Every pattern of the program takes linear time for any text. Biome has no rule for that, so this uses scslre, the
 * analyser of eslint-plugin-regexp, without ESLint. There are no exceptions: a linear pattern also does where only the
 * program's own text is searched.
 */

interface Pattern {
  readonly file: string;
  readonly regExp: RegExp;
}

const files = ["src", "examples"].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.[jt]s$/.test(name) && !name.includes("node_modules"))
    .map((name) => join(folder, name)),
);

type Node = { readonly type?: string; readonly [key: string]: unknown };

function* nodesIn(value: unknown): Generator<Node> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield value as Node;
  for (const inner of Object.values(value)) yield* nodesIn(inner);
}

/** The literal patterns of a file, and whether it makes others at run time. */
function read(file: string): { patterns: Pattern[]; makesOthers: boolean } {
  const { program, errors } = parseSync(file, readFileSync(join(ROOT, file), "utf8"));
  expect(errors, file).toEqual([]);
  const patterns: Pattern[] = [];
  let makesOthers = false;
  for (const { type, regex, callee } of nodesIn(program)) {
    if (type === "Literal" && regex) {
      const { pattern, flags } = regex as { pattern: string; flags: string };
      patterns.push({ file, regExp: new RegExp(pattern, flags) });
    }
    if (type === "NewExpression" || type === "CallExpression") {
      makesOthers ||= (callee as { name?: string }).name === "RegExp";
    }
  }
  return { patterns, makesOthers };
}

/** The patterns made while a module and its importers are loaded. */
async function madeBy(file: string): Promise<Pattern[]> {
  const made: Pattern[] = [];
  const Real = RegExp;
  globalThis.RegExp = new Proxy(Real, {
    construct(target, given: [string, string?]) {
      const regExp = new target(...given);
      made.push({ file, regExp });
      return regExp;
    },
  });
  try {
    vi.resetModules();
    await import(join(ROOT, file));
    const importers = files.filter((other) =>
      readFileSync(join(ROOT, other), "utf8").includes(`/${basename(file)}"`),
    );
    if (made.length === 0) for (const importer of importers) await import(join(ROOT, importer));
  } finally {
    globalThis.RegExp = Real;
  }
  return made;
}

function slownessOf({ file, regExp }: Pattern): string[] {
  const { reports } = analyse(regExp, { reportTypes: { Move: true, Self: true, Trade: true } });
  return reports.map(
    ({ type, exponential }) => `${file}: ${regExp} (${type}${exponential ? ", exponential" : ""})`,
  );
}

it.each([
  [/\s*\n\s*/, "Move"],
  [/^a *(.*)b$/, "Trade"],
  [/^(?:a+)+$/, "exponential"],
])("a pattern such as %s is found", (regExp, kind) => {
  expect(slownessOf({ file: "x", regExp }).join()).toContain(kind);
});

it("no pattern takes more than linear time", async () => {
  const all: Pattern[] = [];
  for (const file of files) {
    const { patterns, makesOthers } = read(file);
    all.push(...patterns);
    if (!makesOthers) continue;
    const made = await madeBy(file);
    expect(made, `${file} makes no pattern while it is loaded, where one could look at it`).not.toEqual([]);
    all.push(...made);
  }
  expect(all.length).toBeGreaterThan(70);
  expect(all.flatMap(slownessOf)).toEqual([]);
}, 60_000);
