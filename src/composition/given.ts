import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";

/** What is given for the settings, as text, and where it stands. */

export type Environment = Readonly<Record<string, string | undefined>>;

/** The text of one setting, and where it comes from, in words for people. */
export interface Given {
  /** `undefined` where it cannot be had. */
  readonly text: string | undefined;
  readonly origin: string;
}

/**
 * Finds what is given for a setting: by its own variable or in the file that `<name>_FILE` names. Variables of
 * the environment go before those of `dotEnv`, the text of an `.env` file. What is wrong is added to `faults`.
 */
export function givenSettings(environment: Environment, dotEnv: string, faults: string[]) {
  const variables = withoutBlanks(environment);
  const given: Environment = { ...(parseEnv(dotEnv) as Environment), ...variables };
  const originOf = (variable: string) => (variable in variables ? "environment" : ".env");

  return function find(name: string): Given | undefined {
    const path = given[`${name}_FILE`];
    if (!path) return given[name] ? { text: given[name], origin: originOf(name) } : undefined;
    const origin = `file ${path}`;
    if (given[name]) {
      faults.push(`${name} and ${name}_FILE are both set: keep one`);
      return { text: undefined, origin: `${originOf(name)} and ${origin}` };
    }
    try {
      return { text: readFileSync(path, "utf8").replace(/\r?\n$/, ""), origin };
    } catch (error) {
      faults.push(`${name}_FILE cannot be read (${(error as NodeJS.ErrnoException).code})`);
      return { text: undefined, origin };
    }
  };
}

/** A variable set to nothing is a variable not set. */
function withoutBlanks(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
}
