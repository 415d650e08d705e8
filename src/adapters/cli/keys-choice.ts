import { Option } from "commander";
import { askOnTerminal } from "./terminal.ts";

export interface KeysChoice {
  readonly withKeys?: true;
  readonly withoutKeys?: true;
}

/** The two options that include or leave out the signing keys. */
export function keysOptions(): [Option, Option] {
  return [
    new Option("--with-keys", "include the signing keys, sealed under SECRET_KEY").conflicts("withoutKeys"),
    new Option("--without-keys", "leave the signing keys out"),
  ];
}

/**
 * Whether the signing keys are included: by the options, or else by the user's answer on the terminal.
 * @throws UsageError if there is no terminal
 */
export async function chooseKeys({ withKeys, withoutKeys }: KeysChoice): Promise<boolean> {
  if (withKeys || withoutKeys) return withKeys === true;
  const answer = await askOnTerminal(
    "Include the signing keys? They stay sealed under SECRET_KEY. [y/n] ",
    "Say whether to include the signing keys: --with-keys or --without-keys",
  );
  return /^y(es)?$/i.test(answer);
}
