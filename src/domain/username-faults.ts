import { NAME_SIGNS } from "./name-signs.ts";
import { strangerFinder } from "./scripts.ts";

/** Faults in the names of new accounts. */

const SIGNS = NAME_SIGNS.map(({ spellings }) => spellings).join("");
/** Finds a character of another script. The signs that belong to no script, and their canonical forms, are neutral. */
const strangerIn = strangerFinder("0-9 ._\\-\u2010'\u2018\u2019\u02bb\u02bc\u00b7\u2022\u2027");

/** Marks of scholarly, liturgical and historical texts. No name today has one, and most look like marks of names. */
const NO_NAMES_MARKS =
  "\\u0305\\u0310\\u0312-\\u0315\\u0320-\\u0322\\u0334-\\u0339\\u0347\\u0350-\\u0357\\u0359-\\u036f\\u0483-\\u0487\\u0591-\\u05af\\u05c4\\u05c5\\u0610-\\u061a\\u0658-\\u065e\\u06d6-\\u06ed\\u0898-\\u089f\\u08ca-\\u08ff\\u0951-\\u0954\\u1ab0-\\u1aff\\u1cd0-\\u1cff\\u1dc0-\\u1dff\\u20d0-\\u20ff\\u2de0-\\u2dff\\ua66f-\\ua67d";
/**
 * In the scripts of India and in Sinhala a vowel is a letter or a sign; one with a second sign looks like another
 * vowel.
 */
const VOWEL_LETTERS =
  "\\u0905-\\u0914\\u0985-\\u0994\\u0a05-\\u0a14\\u0a85-\\u0a94\\u0b05-\\u0b14\\u0b85-\\u0b94\\u0c05-\\u0c14\\u0c85-\\u0c94\\u0d05-\\u0d14\\u0972-\\u0977\\u0a72\\u0a73\\u0d85-\\u0d96";
const VOWEL_SIGNS =
  "\\u093e-\\u094c\\u09be-\\u09cc\\u0a3e-\\u0a4c\\u0abe-\\u0acc\\u0b3e-\\u0b4c\\u0bbe-\\u0bcc\\u0c3e-\\u0c4c\\u0cbe-\\u0ccc\\u0d3e-\\u0d4c\\u0dcf-\\u0ddf";

/** The first rule that matches gives the message, with the character as U+0041, so that no input is repeated. */
const RULES: readonly { readonly broken: RegExp; readonly says: string }[] = [
  { broken: /[\p{Cn}\p{Co}\p{Cs}]/u, says: "is not a character that a name can have" },
  {
    broken: /[\p{C}\p{Default_Ignorable_Code_Point}]/u,
    says: "is invisible where it stands, and not allowed there",
  },
  { broken: new RegExp(`[^\\p{L}\\p{Mn}\\p{Mc}\\p{Nd} ._${SIGNS}]`, "u"), says: "is not allowed in a name" },
  ...NAME_SIGNS.flatMap(({ place }) =>
    place === undefined ? [] : [{ broken: place.missed, says: `is only allowed ${place.name}` }],
  ),
  { broken: /(?<![\p{L}\p{M}])\p{M}/u, says: "is only allowed on a letter" },
  { broken: new RegExp(`[${NO_NAMES_MARKS}]`, "u"), says: "is a mark that a name cannot have" },
  {
    broken: /(?<=[^\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}\p{M}]\p{M}{0,4})[\u0300-\u036f]/u,
    says: "is only allowed on a letter of Latin, Greek or Cyrillic",
  },
  {
    broken: new RegExp(`(?<=[${VOWEL_LETTERS}${VOWEL_SIGNS}]\\p{M}?)[${VOWEL_SIGNS}]`, "u"),
    says: "is one vowel sign too many on its letter",
  },
  {
    broken: /(?<!\p{sc=Bopomofo})[\u02c7\u02c9-\u02cb\u02d9\u02ea\u02eb]/u,
    says: "is only allowed after a letter of Bopomofo",
  },
];

/** Marks are counted as UTS #39, section 5.4, says, on the decomposed form. */
const MARK_RULES: typeof RULES = [
  { broken: /(?<=(\p{Mn}))\1|(?<=\p{Mn}{4})\p{Mn}/u, says: "is one mark too many on its letter" },
  // lower case has the dot by itself; a capital with a dot is a letter of its own
  { broken: /(?<=\p{Soft_Dotted}\p{M}{0,4})\u0307/u, says: "cannot be seen on a letter that has a dot" },
];

/** A character that is not allowed at its place: the text before it, and the message about it. */
export interface NameFault {
  readonly before: string;
  readonly character: string;
  readonly says: string;
}

/** The fault of one form of a name, from which joiners in place were removed; `undefined` if there is none. */
export function formFault(form: string): NameFault | undefined {
  const fault = ruleFault(form, RULES) ?? ruleFault(form.normalize("NFD"), MARK_RULES);
  if (fault !== undefined) return fault;
  const stranger = strangerIn(form);
  if (stranger === undefined) return undefined;
  const isLone = strangerIn(stranger) !== undefined;
  return firstOf(
    form,
    stranger,
    `is of ${isLone ? "a script that a name cannot have" : "another script than what stands before it"}`,
  );
}

/** The fault of mixed digits in the shown name: digits of two scripts look alike, but have different values. */
export function digitFault(shown: string): NameFault | undefined {
  const digits = shown.match(/\p{Nd}/gu) ?? [];
  const isAscii = (digit: string | undefined) => digit !== undefined && digit <= "9";
  const other = digits.find((digit) => isAscii(digit) !== isAscii(digits[0]));
  return other === undefined
    ? undefined
    : firstOf(shown, other, "is a digit of another script than the first digit");
}

/** The fault in words. `position` counts characters from 1; `undefined` if the character was not typed. */
export function inWords({ character, says }: NameFault, position: number | undefined): string {
  return `${codePoint(character)}${position === undefined ? "" : ` at position ${position}`} ${says}`;
}

function firstOf(form: string, character: string, says: string): NameFault {
  return { before: form.slice(0, form.indexOf(character)), character, says };
}

function ruleFault(form: string, rules: typeof RULES): NameFault | undefined {
  for (const { broken, says } of rules) {
    const found = broken.exec(form);
    // positions are counted in the shown form, which is composed
    if (found) return { before: form.slice(0, found.index).normalize("NFC"), character: found[0], says };
  }
  return undefined;
}

function codePoint(character: string): string {
  const hex = (character.codePointAt(0) as number).toString(16).toUpperCase();
  return `U+${hex.padStart(4, "0")}`;
}
