/** Rules for text that several identifiers share. */

import { strangerFinder } from "./scripts.ts";

/** The longest name or address, in UTF-16 units and any spelling: normalising a longer text would take long. */
export const MAX_UNITS = 1024;

/**
 * Canonical form by which names and addresses are compared: NFKC(lower(NFKC(trimmed))). Text that is too
 * long to be either stays as it is.
 */
export function canonicalText(text: string): string {
  if (text.length > MAX_UNITS) return text;
  // lower case has two sigmas, by the place in the word; a dot must not tell two accounts apart
  return shownText(text).toLowerCase().replaceAll("ς", "σ").normalize("NFKC");
}

/** The form of a name or an address that is shown to people: trimmed, in NFKC. */
export function shownText(text: string): string {
  return text.length > MAX_UNITS ? text : text.trim().normalize("NFKC");
}

/**
 * True if the text has an invisible character, at its ends as well: a control or format character, or a lone surrogate.
 */
export function hasHidden(text: string): boolean {
  return /[\p{Cc}\p{Cf}\p{Cs}]/u.test(text);
}

/** Length in UTF-8 bytes; a lone surrogate counts as the three bytes of its replacement. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

export function codePointLength(text: string): number {
  return [...text].length;
}

const strangerIn = strangerFinder("0-9 ._\\-");
const LETTERS_ONLY = /^[\p{L}\p{M}\p{Nd} ._-]*$/u;
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
/** Dotless i and j, and dotted ones spelt in two: upper or lower case maps them to the plain letters. */
const CASE_LOOK_ALIKES = /[\u0131\u0237]|[ij]\u0307/u;

/**
 * True if the text consists of letters of one writing system, digits, spaces and `._-`: it has no control, bidi,
 * zero-width, private or unassigned character, and no look-alike from another script.
 */
export function isOneScript(text: string): boolean {
  return (
    LETTERS_ONLY.test(text) &&
    !INVISIBLE.test(text) &&
    !CASE_LOOK_ALIKES.test(text) &&
    strangerIn(text) === undefined
  );
}
