import { Option } from "commander";
import { askOnTerminal } from "./terminal.ts";

export interface KeysChoice {
  readonly withKeys?: true;
  readonly withoutKeys?: true;
}

/** The two options by which one says whether signing keys go along. */
export function keysOptions(): [Option, Option] {
  return [
    new Option("--with-keys", "include the signing keys, sealed under SECRET_KEY").conflicts("withoutKeys"),
    new Option("--without-keys", "leave the signing keys out"),
  ];
}

/**
 * Whether signing keys go along: as the options say; without them, as whoever sits at the terminal says.
 * @throws UsageError where nobody does
 */
export async function chooseKeys({ withKeys, withoutKeys }: KeysChoice): Promise<boolean> {
  if (withKeys || withoutKeys) return withKeys === true;
  const answer = await askOnTerminal(
    "Shall the signing keys go along? They stay sealed under SECRET_KEY. [y/n] ",
    "Say whether the signing keys go along: --with-keys or --without-keys",
  );
  return /^y(es)?$/i.test(answer);
}
