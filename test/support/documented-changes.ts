import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { copiedTree } from "./copied-tree.ts";
import { read } from "./project.ts";
import { mustRun, type Ran, run } from "./run.ts";

/**
 * A change that a page shows: a fenced block with the path of a file after its language. A block of `diff` changes the
 * lines that it shows; any other is the whole of a new file.
 */
export interface DocumentedChange {
  readonly path: string;
  readonly isNew: boolean;
  readonly text: string;
}

/** The changes that a page shows, in their order. */
export function changesIn(page: string): DocumentedChange[] {
  const blocks = read(page).matchAll(/^( *)```(\w+) (\S+)\n(.*?)^ *```$/gms);
  return Array.from(blocks, ([, indent = "", language, path = "", text = ""]) => ({
    path,
    isNew: language !== "diff",
    text: text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }));
}

/** Makes a change as a reader of the page would. @throws Error where the file is not as the page shows it */
export function applyChange(root: string, { path, isNew, text }: DocumentedChange): void {
  const file = join(root, path);
  if (isNew) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { flag: "wx" });
  } else replaceOnce(file, sideOf(text, "+"), sideOf(text, "-"));
}

/** Reverts a change. */
function undoChange(root: string, { path, isNew, text }: DocumentedChange): void {
  const file = join(root, path);
  if (isNew) rmSync(file);
  else replaceOnce(file, sideOf(text, "-"), sideOf(text, "+"));
}

/** Compiles a copy without one of the changes, then makes the change again. */
export async function compiledWithout(
  copy: Awaited<ReturnType<typeof copyOfProject>>,
  forgotten: DocumentedChange | undefined,
): Promise<Ran> {
  if (forgotten === undefined) throw new Error("The page has no such change");
  undoChange(copy.root, forgotten);
  const ran = await copy.tool("tsc", "-b", "--pretty", "false");
  applyChange(copy.root, forgotten);
  return ran;
}

/** The lines of a diff without those of this sign: before the change without `+`, after it without `-`. */
function sideOf(diff: string, sign: "+" | "-"): string {
  const lines = diff.trimEnd().split("\n");
  return lines
    .filter((line) => line[0] !== sign)
    .map((line) => `${line.slice(1)}\n`)
    .join("");
}

function replaceOnce(file: string, from: string, to: string): void {
  const [head, tail, ...more] = readFileSync(file, "utf8").split(from);
  if (head === undefined || tail === undefined || more.length > 0)
    throw new Error(`The page shows lines of ${file} that do not stand there once`);
  writeFileSync(file, head + to + tail);
}

const COPIED = [
  "src",
  "test",
  "docs",
  "deploy",
  "examples",
  "scripts",
  "mail-templates",
  "README.md",
  "CONTRIBUTING.md",
  "biome.json",
  ".gitignore",
  "package.json",
  "tsconfig.json",
  "tsconfig.base.json",
  "vitest.config.ts",
];

/** A copy of the project to change, as a separate repository. */
export async function copyOfProject() {
  const root = copiedTree(COPIED);
  const env = { PATH: process.env.PATH ?? "", HOME: root, NO_COLOR: "1" };
  const git = (...args: string[]) => mustRun(["git", ...args], { cwd: root, env });
  await git("init", "--quiet");
  await git("add", "--all");
  return {
    root,
    /** Runs a tool of the project in the copy. */
    tool: (name: string, ...args: string[]): Promise<Ran> =>
      run([join(root, "node_modules/.bin", name), ...args], { cwd: root, env }),
    /** The changed files, new ones included. */
    async changed(): Promise<string[]> {
      const lines = await git("status", "--porcelain", "--untracked-files=all");
      return Array.from(lines.matchAll(/^(?:.M|\?\?) (.+)$/gm), ([, path]) => path as string).toSorted();
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
