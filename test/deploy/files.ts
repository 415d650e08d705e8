import { Copy, DockerfileParser } from "dockerfile-ast";
import { parseDocument } from "yaml";
import { settingsSchema } from "../../src/composition/settings/settings.ts";
import { read } from "../support/project.ts";

/** Parsers of the deployment files. */

/** @throws Error for invalid YAML and for duplicate keys */
export function readYaml(path: string) {
  const document = parseDocument(read(path), { merge: false });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) throw new Error(`${path}: ${faults.join("; ")}`);
  // biome-ignore lint/suspicious/noExplicitAny: a file may hold anything; tests say what it must hold
  return document.toJS() as any;
}

/** The instructions of the Dockerfile in order, with their text without flags. */
export function dockerfile() {
  const instructions = DockerfileParser.parse(read("Dockerfile")).getInstructions();
  const lastFrom = instructions.map((each) => each.getKeyword()).lastIndexOf("FROM");
  return instructions.map((each, index) => ({
    keyword: each.getKeyword(),
    text: (each.getRawArgumentsContent() ?? "").replace(/\\\n\s*/g, " "),
    isFromStage: each instanceof Copy && each.getFromFlag() !== null,
    isFinal: index >= lastFrom,
  }));
}

/** The text of an instruction in the last stage; the last one counts, as in Docker. */
export function imageSays(keyword: string): string {
  const found = dockerfile().findLast((each) => each.isFinal && each.keyword === keyword);
  if (found === undefined) throw new Error(`The image has no ${keyword}`);
  return found.text;
}

/** The words of an instruction in its JSON form. */
export function imageWords(keyword: string): string[] {
  const text = imageSays(keyword);
  return JSON.parse(text.slice(text.indexOf("[")));
}

export function imageEnvironment(): Record<string, string> {
  return pairs(imageSays("ENV").split(" "));
}

export interface Directive {
  readonly section: string;
  readonly name: string;
  readonly value: string;
}

/** The directives of a systemd unit. @throws Error for a line that is no comment, section or assignment */
export function unit(path: string): Directive[] {
  let section = "";
  return read(path)
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .flatMap((line) => {
      const [, name] = /^\[(\w+)\]$/.exec(line) ?? [];
      if (name !== undefined) {
        section = name;
        return [];
      }
      const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
      if (key === undefined || value === undefined) throw new Error(`${path}: ${line}`);
      return [{ section, name: key, value }];
    });
}

/** The values of one directive. */
export const valuesOf = (directives: readonly Directive[], name: string): string[] =>
  directives.filter((each) => each.name === name).map((each) => each.value);

export function pairs(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

/** Variables that are neither a setting, nor a setting's `_FILE`, nor Node's own. */
export function unknownVariables(variables: Record<string, string>): string[] {
  const names = new Set(Object.keys(settingsSchema.shape));
  const isKnown = (name: string) => name === "NODE_ENV" || names.has(name.replace(/_FILE$/, ""));
  return Object.keys(variables).filter((name) => !isKnown(name));
}
