import { type DotEnvLine, parseDotEnv } from "./dot-env.ts";
import { interpolate } from "./interpolate.ts";
import { hintFor } from "./near-names.ts";
import { readTextFile } from "./text-file.ts";

/** The sources of settings: the text of each setting and its origin. */

export type Environment = Readonly<Record<string, string | undefined>>;

/** Names with these prefixes are meant for this service; no other program uses them. */
const OWN_PREFIX = /^(CONNECT_AUTH(?!_ENV_FILE$)|THROTTLE|NOTICE|ARGON2)_/;

/** The settings file. It supplies the settings that the environment lacks. */
export interface EnvFile {
  /** The file's name in messages and origins. */
  readonly name: string;
  readonly text: string;
  /** The file that was looked for, and whether it exists, in words for people. */
  readonly description: string;
}

/** A settings file of which only the text is known. */
export function envFileOf(text: string): EnvFile {
  return { name: ".env", text, description: ".env" };
}

/** The text of one setting, and its origin in words for people. */
export interface SourcedValue {
  /** `undefined` where the value cannot be read; `faults` says why. */
  readonly text: string | undefined;
  readonly origin: string;
}

export interface SettingSources {
  /**
   * The value given for a setting, by its own variable or in the file that `<name>_FILE` names. The environment
   * takes precedence over the settings file. Adds any fault to `faults`.
   */
  find(name: string): SourcedValue | undefined;
  /** Faults of the sources. They contain no values. */
  readonly faults: string[];
  /** Warnings about ignored names that resemble a setting. */
  readonly warnings: readonly string[];
}

/** Reads both sources of settings. `names` lists all settings. */
export function settingSources(
  environment: Environment,
  envFile: EnvFile,
  names: readonly string[],
): SettingSources {
  const faults: string[] = [];
  const isVariable = (name: string) => names.includes(name.replace(/_FILE$/, "")) || names.includes(name);
  const file = readLines(envFile, environment, isVariable, faults);
  const variables = withoutBlanks(Object.entries(environment));
  const given = new Map([...withoutBlanks(file), ...variables]);
  const originOf = (variable: string) => (variables.has(variable) ? "environment" : envFile.name);

  function find(name: string): SourcedValue | undefined {
    const path = given.get(`${name}_FILE`);
    const text = given.get(name);
    if (path === undefined) return text === undefined ? undefined : checked(name, text, originOf(name));
    const origin = `file ${path}`;
    if (text !== undefined) {
      faults.push(`${name} and ${name}_FILE are both set: keep one`);
      return { text: undefined, origin: `${originOf(name)} and ${origin}` };
    }
    const content = readValueFile(path);
    if ("text" in content) return { text: content.text, origin };
    faults.push(`${name}_FILE ${content.fault}`);
    return { text: undefined, origin };
  }

  function checked(name: string, text: string, origin: string): SourcedValue {
    if (!text.includes("\0")) return { text, origin };
    faults.push(`${name} has a NUL in it`);
    return { text: undefined, origin };
  }

  const warnings = [...given.keys()].flatMap((name) => {
    if (isVariable(name)) return [];
    const hint = hintFor(name, names);
    if (hint === "" && !OWN_PREFIX.test(name)) return [];
    return [`${name} (${originOf(name)}) is no setting and is ignored${hint}`];
  });
  return { find, faults, warnings };
}

/** The content of a file that holds one value, without its final line end. */
function readValueFile(path: string): ReturnType<typeof readTextFile> {
  const content = readTextFile(path);
  if ("fault" in content) return content;
  const text = content.text.replace(/\r?\n$/, "");
  return text === "" ? { fault: "is empty" } : { text };
}

/** A fault names only the line: its content may be part of a secret. */
const FORM = "write NAME=value, with a value of several lines in quotes";

/** The variables of a file, with `${…}` replaced. */
function readLines(
  { name: fileName, text }: EnvFile,
  environment: Environment,
  isVariable: (name: string) => boolean,
  faults: string[],
): Map<string, string> {
  const { lines, unreadable } = parseDotEnv(text);
  if (unreadable.length > 0) faults.push(`${fileName} cannot be read at ${lineList(unreadable)}: ${FORM}`);
  const values = new Map<string, string>();
  const lookUp = (name: string) => environment[name] ?? values.get(name);
  for (const { line, name, value } of lines) {
    const said = value === undefined ? undefined : interpolate(value, lookUp);
    if (said !== undefined) values.set(name, said.text);
    if (!isVariable(name)) continue;
    if (said === undefined) faults.push(`${fileName} has no value for ${name} at line ${line}: ${FORM}`);
    else if (!said.isComplete) faults.push(unknownVariable(fileName, { line, name }));
  }
  return values;
}

function lineList(lines: readonly number[]): string {
  const shown = lines.slice(0, 5).join(", ");
  return `${lines.length === 1 ? "line" : "lines"} ${shown}${lines.length > 5 ? " and more" : ""}`;
}

function unknownVariable(fileName: string, { line, name }: Pick<DotEnvLine, "line" | "name">): string {
  return `${fileName}: \${…} in ${name} at line ${line} names a variable that is not set; a value that has \${ in it goes into a file, named by ${name}_FILE`;
}

/** A variable with an empty value counts as not set. */
function withoutBlanks(entries: Iterable<[string, string | undefined]>): Map<string, string> {
  return new Map([...entries].filter((entry): entry is [string, string] => Boolean(entry[1])));
}
