/** The sender of mails. */
export interface Sender {
  /** The display name; may be empty. */
  readonly name: string;
  readonly address: string;
}

/** A part of an address: no space, control or hidden characters, and none that end, add or quote an address. */
const PART = String.raw`[^\s\p{C}<>()[\]\\,;:"@]+`;
const ADDRESS = new RegExp(`^${PART}@${PART}$`, "u");
const NAMED = /^(?<name>[^\p{C}<>"]+|"[^\p{C}<>"\\]+" *)<(?<address>[^<>]+)>$/u;

/** Whether every mail program reads the text as exactly one plain address. */
export function isOneAddress(text: string): boolean {
  return ADDRESS.test(text);
}

/**
 * Parses a sender such as `ada@example.org` or `Ada Lovelace <ada@example.org>`; `undefined` for any other
 * form.
 */
export function readSender(text: string): Sender | undefined {
  const { name = "", address = text } = NAMED.exec(text)?.groups ?? {};
  return isOneAddress(address) ? { name: name.replaceAll('"', "").trim(), address } : undefined;
}
