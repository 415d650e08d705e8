import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

/** Prose in the documentation is wrapped evenly: at most 120 characters, and no line is broken early. */

const MOST = 120;
const LEAST = 60;
const ROOT = join(import.meta.dirname, "..");
const tracked = execFileSync("git", ["ls-files", "*.md"], { cwd: ROOT, encoding: "utf8" }).split("\n");
const named = ["README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md"];
const pages = tracked.filter((page) => page.startsWith("docs/") || named.includes(page));

/** Unchecked pages, with the reasons. */
const EXEMPT: Record<string, string> = {
  "docs/performance/results.md": "`npm run bench` writes it",
  "docs/performance/ten-million/results.md": "`npm run bench` writes it",
};

/** The lines of a page; an empty one stands for each that is not prose: code, tables, headings, HTML and link targets. */
function proseOf(page: string): string[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  const withoutBlocks = text.replace(/^ *```.*?^ *```/gms, (block) => block.replace(/.+/g, ""));
  return withoutBlocks.split("\n").map((line) => (/^ *(\||#|<|\[[^\]]*\]: )|^ {4,}/.test(line) ? "" : line));
}

/** The first unbreakable part of a line: a word, or a span of code with adjacent text. */
const firstWord = (line: string) => /^(?:`[^`]*`|[^\s`])+/.exec(line.trimStart())?.[0] ?? "";
const startsItem = (line: string) => /^ *([-*+]|\d+[.)]) /.test(line);
/** A single word, such as a long link, cannot be broken. */
const isOneWord = (line: string) => !/\S\s+\S/.test(line.replace(/^ *([-*+]|\d+[.)]) /, ""));

function faultsOf(lines: readonly string[]): string[] {
  return lines.flatMap((line, at) => {
    if (line.length > MOST && !isOneWord(line)) return [`${at + 1}: longer than ${MOST} characters`];
    const next = lines[at + 1] ?? "";
    const continues = line !== "" && next !== "" && !startsItem(next);
    const nextFits = line.length + 1 + firstWord(next).length <= MOST;
    return continues && line.length < LEAST && nextFits
      ? [`${at + 1}: broken before ${LEAST} characters`]
      : [];
  });
}

describe("prose in the documentation", () => {
  for (const [page, reason] of Object.entries(EXEMPT))
    console.log(`Not checked for wrapping: ${page}, ${reason}.`);

  it.each(pages.filter((page) => !(page in EXEMPT)))("%s is wrapped", (page) => {
    expect(faultsOf(proseOf(page))).toEqual([]);
  });

  it("is found wanting where a line is too long or broken early", () => {
    const faults = faultsOf(["a ".repeat(70), "", "broken", "early", "", "- item", "- item"]);
    expect(faults).toEqual(["1: longer than 120 characters", "3: broken before 60 characters"]);
  });
});
