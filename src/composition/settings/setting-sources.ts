import { type DotEnvLine, parseDotEnv } from "./dot-env.ts";
import { interpolate } from "./interpolate.ts";
import { nearName } from "./near-names.ts";
import { readTextFile } from "./text-file.ts";

/** What is given for the settings, as text, and where it stands. */

export type Environment = Readonly<Record<string, string | undefined>>;

/** Names that begin like this are meant for this service: other programs have none of them. */
const OWN_PREFIX = /^(CONNECT_AUTH(?!_ENV_FILE$)|THROTTLE|NOTICE|ARGON2)_/;

/** The file of settings that count where the environment has none. */
export interface EnvFile {
  /** As it is called in messages and origins. */
  readonly name: string;
  readonly text: string;
  /** Which file was looked for, and whether it is there, in words for people. */
  readonly description: string;
}

/** What stands for `.env` where only its text is known. */
export function envFileOf(text: string): EnvFile {
  return { name: ".env", text, description: ".env" };
}

/** The text of one setting, and where it comes from, in words for people. */
export interface SourcedValue {
  /** `undefined` where the value cannot be read; `faults` says why. */
  readonly text: string | undefined;
  readonly origin: string;
}

export interface SettingSources {
  /**
   * What is given for a setting: by its own variable or in the file that `<name>_FILE` names; variables of the
   * environment go before those of the file. Adds to `faults` what is wrong.
   */
  find(name: string): SourcedValue | undefined;
  /** What is wrong with the sources, no value in it. */
  readonly faults: string[];
  /** Names that are no settings and nearly one, which are ignored. */
  readonly warnings: readonly string[];
}

/** Reads both sources of settings; `names` are those of all settings. */
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
    const near = nearName(name.replace(/_FILE$/, ""), names);
    if (near === undefined && !OWN_PREFIX.test(name)) return [];
    const hint = near === undefined ? "" : `: see ${near}`;
    return [`${name} (${originOf(name)}) is no setting and is ignored${hint}`];
  });
  return { find, faults, warnings };
}

/** The content of a file that holds one value, less one line end. */
function readValueFile(path: string): ReturnType<typeof readTextFile> {
  const content = readTextFile(path);
  if ("fault" in content) return content;
  const text = content.text.replace(/\r?\n$/, "");
  return text === "" ? { fault: "is empty" } : { text };
}

/** A fault says no more than where; what is there may be a part of a secret. */
const FORM = "write NAME=value, with a value of several lines in quotes";

/** The variables of a file, `${…}` in them replaced. */
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

/** A variable set to nothing is a variable not set. */
function withoutBlanks(entries: Iterable<[string, string | undefined]>): Map<string, string> {
  return new Map([...entries].filter((entry): entry is [string, string] => Boolean(entry[1])));
}
