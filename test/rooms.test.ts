import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "./support/project.ts";

/**
 * The folders inside a layer, and the others that each may import: only folders listed before it, so that there are no
 * circles. All may import the first one.
 */
const ROOMS: Record<string, Record<string, readonly string[]>> = {
  application: {
    ports: [],
    paging: [],
    tokens: [],
    keys: [],
    limits: [],
    users: ["paging"],
    mail: ["limits"],
    sessions: ["limits", "mail", "paging", "tokens"],
    revocation: ["limits", "sessions", "tokens"],
    factors: ["limits", "mail", "paging", "sessions", "tokens"],
    login: ["factors", "limits", "mail", "sessions", "tokens", "users"],
    recovery: ["limits", "mail", "sessions", "users"],
    accounts: ["limits", "login", "mail", "recovery", "sessions", "tokens", "users"],
    audit: ["paging", "users"],
    operators: ["accounts", "audit", "limits", "mail", "paging", "sessions", "users"],
    maintenance: ["paging"],
    transfer: ["paging"],
    flask: ["paging", "sessions"],
  },
  composition: {
    storages: [],
    settings: [],
    wiring: ["settings"],
    server: ["settings", "wiring"],
    commands: ["server", "settings", "wiring"],
    testing: ["server", "settings", "wiring"],
  },
};
const MOST_FILES_OF_A_ROOM = 15;
const MOST_LINES = 200;

/** The TypeScript files in a folder of the project, as paths from the project's root. */
function sourcesIn(folder: string): string[] {
  const entries = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
  return entries.filter((name) => name.endsWith(".ts")).map((name) => join(folder, name));
}

const textOf = (path: string) => readFileSync(join(ROOT, path), "utf8");

/** The imports of other rooms that are not in the table. */
function forbiddenImports(layer: string, path: string, code: string): string[] {
  const root = join("src", layer);
  const roomOf = (file: string) => relative(root, file).split(sep)[0] ?? "";
  const [first] = Object.keys(ROOMS[layer] ?? {});
  const allowed = [roomOf(path), first, ...(ROOMS[layer]?.[roomOf(path)] ?? [])];
  const imported = [...code.matchAll(/(?:from |import |import\()"(\.[^"]+)"/g)]
    .map(([, specifier = ""]) => normalize(join(dirname(path), specifier)))
    .filter((file) => file.startsWith(root + sep));
  return imported.filter((file) => !allowed.includes(roomOf(file))).map((file) => `${path} → ${file}`);
}

describe.each(Object.entries(ROOMS))("the rooms of %s", (layer, rooms) => {
  const files = sourcesIn(join("src", layer));

  it("are those of the table, each before what imports it", () => {
    const folders = readdirSync(join(ROOT, "src", layer), { withFileTypes: true });
    const names = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(names.toSorted()).toEqual(Object.keys(rooms).toSorted());
    const order = Object.keys(rooms);
    for (const [room, imports] of Object.entries(rooms)) {
      expect(imports.filter((other) => order.indexOf(other) >= order.indexOf(room))).toEqual([]);
    }
  });

  it("import of each other what the table says, and all that it says", () => {
    expect(files.flatMap((path) => forbiddenImports(layer, path, textOf(path)))).toEqual([]);
    const used = files.flatMap((path) =>
      [...textOf(path).matchAll(/(?:from |import\()"\.\.\/([\w-]+)\//g)].map(
        ([, other]) => `${relative(join("src", layer), path).split(sep)[0]} → ${other}`,
      ),
    );
    const listed = Object.entries(rooms).flatMap(([room, imports]) =>
      imports.map((other) => `${room} → ${other}`),
    );
    expect(listed.filter((edge) => !used.includes(edge))).toEqual([]);
  });

  it.each(Object.keys(rooms))("%s is told of an import that is not in the table", (room) => {
    const path = join("src", layer, room, "planted.ts");
    const others = Object.keys(rooms).slice(1);
    const code = others.map((other) => `import { x } from "../${other}/x.ts";`).join("\n");
    const refused = others.filter((other) => other !== room && !rooms[room]?.includes(other));
    expect(forbiddenImports(layer, path, code)).toEqual(
      refused.map((other) => `${path} → ${join("src", layer, other, "x.ts")}`),
    );
  });
});

it(`no folder of the application has more than ${MOST_FILES_OF_A_ROOM} files of its own`, () => {
  const folders = sourcesIn("src/application").map(dirname);
  const sizeOf = (folder: string) => folders.filter((other) => other === folder).length;
  expect(folders.filter((folder) => sizeOf(folder) > MOST_FILES_OF_A_ROOM)).toEqual([]);
});

it(`no file of the sources has more than ${MOST_LINES} lines`, () => {
  const files = sourcesIn("src");
  const linesOf = (path: string) => textOf(path).trimEnd().split("\n").length;
  expect(files.filter((path) => linesOf(path) > MOST_LINES)).toEqual([]);
});

it("no file of the application makes two use cases", () => {
  const makersIn = (code: string) => code.match(/^export (?:async )?function make[A-Z]/gm)?.length ?? 0;
  expect(makersIn("export function makeOne() {}\nexport function makeOther() {}\n")).toBe(2);
  expect(sourcesIn("src/application").filter((path) => makersIn(textOf(path)) > 1)).toEqual([]);
});
