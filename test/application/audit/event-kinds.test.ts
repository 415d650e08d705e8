import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { EVENT_KINDS } from "../../../src/application/audit/merge-events.ts";
import { linkOf, MAIL_KINDS } from "../../../src/domain/mails.ts";

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const docs = read("docs/audit.md");
const source = read("src/application/ports/security-events.ts");

/** The rows of the table of kinds: by kind, the cell about its facts. */
const rows = new Map(
  [...docs.matchAll(/^\| `(\w+)` \|.*\| (.*) ?\|$/gm)].map(([, kind = "", facts = ""]) => [kind, facts]),
);

/** The words that a type of the events stands for, beside those that are spelt out. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  LoginFailure: wordsIn(/type LoginFailure = ([^;]*);/.exec(source)?.[1] ?? ""),
  // each is listed once, below the table
  MailKind: [],
  FactorName: [],
  LinkPurpose: [...new Set(MAIL_KINDS.map(linkOf))].filter((purpose) => purpose !== null),
};

function wordsIn(type: string): string[] {
  return [...type.matchAll(/"(\w+)"/g)].map(([, word = ""]) => word);
}

/** By kind, the facts of its events beside the user, each with the words that it may be. */
const events = new Map(
  [...source.matchAll(/\{\s*readonly type: "(\w+)"([^}]*)\}/g)].map(([, kind = "", fields = ""]) => [
    kind,
    [...fields.matchAll(/readonly (\w+): ([^;]*)/g)]
      .filter(([, name]) => name !== "userId")
      .map(([, name = "", type = ""]) => ({
        name: name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        words: NAMED[type.trim()] ?? wordsIn(type),
      })),
  ]),
);

it("docs/audit.md has a row for each kind of event, in order, and for no other", () => {
  expect([...rows.keys()]).toEqual(EVENT_KINDS);
  expect([...events.keys()].toSorted()).toEqual(EVENT_KINDS.toSorted());
});

it("docs/audit.md lists the mails that there are, in order", () => {
  const [, list = ""] = /^The `kind` of a mail [^:]*: ([^.]*)\./m.exec(docs) ?? [];
  expect([...list.matchAll(/`(\w+)`/g)].map(([, kind]) => kind)).toEqual(MAIL_KINDS);
});

it("docs/audit.md lists the factors that there are", () => {
  const [, names = ""] = /type FactorName = ([^;]*);/.exec(read("src/domain/factors/factors.ts")) ?? [];
  const [, list = ""] = /^The `factor` of an event [^:]*: ([^.]*)\./m.exec(docs) ?? [];
  expect(wordsIn(names).length).toBeGreaterThan(1);
  expect([...list.matchAll(/`(\w+)`/g)].map(([, name]) => name)).toEqual(wordsIn(names));
});

describe.each([...events])("the row of %s in docs/audit.md", (kind, facts) => {
  const cell = rows.get(kind) ?? "";
  const named = [...cell.matchAll(/`([a-z_]+)`/g)].map(([, word]) => word);

  it("names its facts, and the words that they may be", () => {
    expect(named.toSorted()).toEqual(facts.flatMap(({ name, words }) => [name, ...words]).toSorted());
  });
});
