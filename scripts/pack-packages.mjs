import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Packs parts of the service that others use without its server, as packages of their own: the code is that of the
 * service's own exports, with its sources beside it. Goes after the build; options are those of `npm pack`.
 */

const ROOT = join(import.meta.dirname, "..");
const {
  version,
  license,
  engines,
  name: service,
} = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

/** By what is after the service's name, which is also the export and the folder. */
const PACKAGES = {
  client: { main: "client", page: "docs/client.md", description: "The typed client of HBTU Connect Auth." },
};

for (const [part, { main, page, description }] of Object.entries(PACKAGES)) {
  const folder = mkdtempSync(join(tmpdir(), `${service}-${part}-`));
  try {
    copyCode(part, folder);
    cpSync(join(ROOT, "LICENSE"), join(folder, "LICENSE"));
    writeFileSync(join(folder, "README.md"), readme(readFileSync(join(ROOT, page), "utf8"), part));
    const manifest = {
      name: `${service}-${part}`,
      version,
      description,
      license,
      type: "module",
      sideEffects: false,
      engines,
      files: ["dist", "src"],
      exports: {
        ".": { types: `./dist/${main}.d.ts`, default: `./dist/${main}.js` },
        "./package.json": "./package.json",
      },
    };
    writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
    const destination = ["--pack-destination", process.cwd(), ...process.argv.slice(2)];
    const command = ["pack", "--silent", ...destination, folder];
    console.log(execFileSync("npm", command, { encoding: "utf8" }).trim());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Goes by the sources: a build may have left files of sources that are no more. */
function copyCode(part, folder) {
  const [dist, src] = [join(ROOT, "dist", part), join(ROOT, "src", part)];
  for (const to of ["dist", "src"]) mkdirSync(join(folder, to));
  for (const source of readdirSync(src).filter((each) => each.endsWith(".ts"))) {
    const name = source.slice(0, -".ts".length);
    cpSync(join(src, source), join(folder, "src", source));
    for (const built of [`${name}.js`, `${name}.d.ts`])
      cpSync(join(dist, built), join(folder, "dist", built));
    const map = JSON.parse(readFileSync(join(dist, `${name}.js.map`), "utf8"));
    writeFileSync(
      join(folder, "dist", `${name}.js.map`),
      JSON.stringify({ ...map, sources: [`../src/${source}`] }),
    );
  }
}

/** The page by the package's own name, without the section on packing it and without links into the repository. */
function readme(page, part) {
  return page
    .replace(/^## As a separate package\n.*?(?=^## )/ms, "")
    .replaceAll(`${service}/${part}`, `${service}-${part}`)
    .replaceAll(`\`dist/${part}\``, "`dist`")
    .replace(/\[([^\]]*)\]\((?!https?:|#)[^)]*\)/g, "$1");
}
