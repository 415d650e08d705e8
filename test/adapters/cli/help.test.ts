import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { makeProgram } from "../../../src/adapters/cli/program.ts";

const never = () => {
  throw new Error("Nothing is run here");
};

/** The program and its commands, each with the words that call it. */
function commandsOf(command: Command, path: string): [string, Command][] {
  const children = command.commands.flatMap((each) => commandsOf(each, `${path} ${each.name()}`));
  return [[path, command], ...children];
}

const program = makeProgram({
  version: "1.2.3",
  useEnvFile: never,
  serve: never,
  withKeys: never,
  withUseCases: never,
  describeConfig: never,
  examine: never,
  exportJson: never,
  importJson: never,
  withFlaskImport: never,
  backup: never,
  restore: never,
});
const commands = commandsOf(program, "connect-auth");
const docs = readFileSync(new URL("../../../docs/command-line.md", import.meta.url), "utf8");

/** The part of the page about one command, from its heading to the next. */
function sectionOf(path: string): string {
  const heading = `\n## \`${path.replace("connect-auth ", "")}`;
  const at = docs.indexOf(heading);
  return at < 0 ? "" : (docs.slice(at + heading.length).split("\n## ")[0] as string);
}

const leaves = commands.filter(([, command]) => command.commands.length === 0);

describe.each(leaves)("%s", (path, command) => {
  it("has a section in docs/command-line.md that names its arguments and options", () => {
    const section = sectionOf(path);
    expect(section).not.toBe("");
    for (const { name } of command.registeredArguments.map((argument) => ({ name: argument.name() }))) {
      expect(section).toContain(`<${name}>`);
    }
    for (const { flags } of command.options) expect(section).toContain(flags);
  });

  it("documents no option that it has not", () => {
    const known = command.options.map(({ long }) => long);
    const documented = [...sectionOf(path).matchAll(/`(--[a-z-]+)/g)].map(([, flag]) => flag);
    for (const flag of documented) expect(known).toContain(flag);
  });
});

it("docs/command-line.md has a section for no other command", () => {
  const headings = [...docs.matchAll(/^## `([^`<[]*[^`<[ ])/gm)].map(
    ([, heading]) => `connect-auth ${heading}`,
  );
  expect(headings.sort()).toEqual(leaves.map(([path]) => path).sort());
});

it.each(commands)("%s explains itself and its exit statuses", (_, command) => {
  let help = "";
  const writeOut = (text: string) => {
    help += text;
  };
  command.configureOutput({ writeOut }).outputHelp();
  expect(command.description()).not.toBe("");
  expect(help).toMatch(/Exit status:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n {2}74 .*\n {2}78 /);
  for (const option of command.options) expect(option.description).not.toBe("");
});
