import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";

/** Every relative link in the documentation leads to an existing file and heading. */

const ROOT = join(import.meta.dirname, "..");
const TRACKED = ["ls-files", "--cached", "--others", "--exclude-standard"];
const files = execFileSync("git", TRACKED, { cwd: ROOT, encoding: "utf8" }).split("\n");
const pages = files.filter((file) => /^(docs\/.*|[^/]*)\.md$/.test(file) && existsSync(join(ROOT, file)));

const textOf = (page: string) => readFileSync(join(ROOT, page), "utf8");
const withoutBlocks = (text: string) => text.replace(/^ *```.*?^ *```/gms, "");

/** The anchors of a page's headings; the second of the same name gets `-1`. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of withoutBlocks(textOf(page)).matchAll(/^#{1,6} +(.*?) *#*$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const anchor = plain.replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "").replaceAll(" ", "-");
    let unique = anchor;
    for (let nth = 1; anchors.has(unique); nth += 1) unique = `${anchor}-${nth}`;
    anchors.add(unique);
  }
  return anchors;
}

/** The relative links of a page. */
function linksOf(page: string): string[] {
  const prose = withoutBlocks(textOf(page)).replace(/`[^`\n]*`/g, "``");
  const inline = [...prose.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)];
  const definitions = [...prose.matchAll(/^ {0,3}\[[^\]]+\]:\s*(\S+)/gm)];
  return [...inline, ...definitions]
    .map(([, target]) => target as string)
    .filter((to) => !/^[a-z]+:/.test(to));
}

function whyDead(page: string, link: string): string | undefined {
  const [path = "", anchor] = link.split("#");
  const file = path === "" ? page : normalize(join(dirname(page), path)).replace(/\/$/, "");
  if (!files.some((each) => each === file || each.startsWith(`${file}/`)))
    return `${link}: there is no ${file}`;
  if (anchor !== undefined && !anchorsOf(file).has(anchor)) return `${link}: ${file} has no such heading`;
  return undefined;
}

/** Paths of the repository in the code spans of a page. */
function pathsOf(page: string): string[] {
  const named = [
    ...withoutBlocks(textOf(page)).matchAll(/`((?:src|test|docs|bench|deploy)\/[\w./-]*\w\/?)`/g),
  ];
  return named.map(([, path]) => path as string);
}

describe("links in the documentation", () => {
  it("are looked for where there are some", () => {
    expect(pages).toContain("README.md");
    expect(pages).toContain("docs/architecture.md");
    expect(linksOf("README.md").length).toBeGreaterThan(10);
  });

  it.each(pages)("%s has no dead link", (page) => {
    expect(linksOf(page).map((link) => whyDead(page, link))).toEqual(linksOf(page).map(() => undefined));
  });

  it.each(pages)("%s names no path that is not there", (page) => {
    const missing = pathsOf(page).filter((path) => whyDead("README.md", path) !== undefined);
    expect(missing).toEqual([]);
  });
});
