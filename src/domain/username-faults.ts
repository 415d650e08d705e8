import { NAME_SIGNS } from "./name-signs.ts";
import { strangerFinder } from "./scripts.ts";

/** Why a new account may not be called so. */

const SIGNS = NAME_SIGNS.map(({ spellings }) => spellings).join("");
/** Those of them that are of no script, and the canonical one of each. */
const strangerIn = strangerFinder("0-9 ._\\-\u2010'\u2018\u2019\u02bb\u02bc\u00b7\u2022\u2027");

/** The first that matches tells what is wrong, with what it matched as U+0041: what was typed is never repeated. */
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
];

/** Marks are counted as UTS #39, section 5.4, says, on the decomposed form. */
const MARK_RULES: typeof RULES = [
  { broken: /(?<=(\p{Mn}))\1|(?<=\p{Mn}{4})\p{Mn}/u, says: "is one mark too many on its letter" },
  // lower case has the dot by itself; a capital with a dot is a letter of its own
  { broken: /(?<=\p{Soft_Dotted}\p{M}{0,4})\u0307/u, says: "cannot be seen on a letter that has a dot" },
];

/** What is wrong with one form of a name whose joiners in place were taken out; `undefined` for nothing. */
export function formFault(form: string): string | undefined {
  const fault = ruleFault(form, RULES) ?? ruleFault(form.normalize("NFD"), MARK_RULES);
  if (fault !== undefined) return fault;
  const stranger = strangerIn(form);
  if (stranger === undefined) return undefined;
  const isLone = strangerIn(stranger) !== undefined;
  return `${codePoint(stranger)} is of ${isLone ? "a script that a name cannot have" : "another script than what stands before it"}`;
}

function ruleFault(form: string, rules: typeof RULES): string | undefined {
  for (const { broken, says } of rules) {
    const [found] = broken.exec(form) ?? [];
    if (found !== undefined) return `${codePoint(found)} ${says}`;
  }
  return undefined;
}

function codePoint(character: string): string {
  const hex = (character.codePointAt(0) as number).toString(16).toUpperCase();
  return `U+${hex.padStart(4, "0")}`;
}
