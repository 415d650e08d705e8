/** A mailbox of whoever sends. */
export interface Sender {
  /** What people see beside the address; may be empty. */
  readonly name: string;
  readonly address: string;
}

/** No space, no control or hidden character, and nothing that ends an address, adds one or quotes. */
const PART = String.raw`[^\s\p{C}<>()[\]\\,;:"@]+`;
const ADDRESS = new RegExp(`^${PART}@${PART}$`, "u");
const NAMED = /^(?<name>[^\p{C}<>"]+|"[^\p{C}<>"\\]+" *)<(?<address>[^<>]+)>$/u;

/** Whether the text is one plain address and nothing more, whoever it is handed on to. */
export function isOneAddress(text: string): boolean {
  return ADDRESS.test(text);
}

/** The sender that `ada@example.org` or `Ada Lovelace <ada@example.org>` names, `undefined` for any other form. */
export function readSender(text: string): Sender | undefined {
  const { name = "", address = text } = NAMED.exec(text)?.groups ?? {};
  return isOneAddress(address) ? { name: name.replaceAll('"', "").trim(), address } : undefined;
}
