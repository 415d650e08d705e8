import { foldLookAlikes } from "./look-alikes.ts";
import { foldSigns, placedJoiners, withoutPlacedJoiners } from "./name-signs.ts";
import { canonicalText, codePointLength, hasHidden, MAX_UNITS, shownText } from "./text.ts";
import { digitFault, formFault, inWords, type NameFault } from "./username-faults.ts";

/** A name in the form that people see and in the form by which it is compared. */
export interface Username {
  readonly shown: string;
  readonly canonical: string;
}

const MAX_CODE_POINTS = 64;
const VISIBLE = /[\p{L}\p{Nd}]/u;

/**
 * The canonical form of any text, whether it is an allowed name or not: the form that a login looks up. In addition to
 * `canonicalText`, it unifies the spellings of a sign and letters that look alike, and removes joiners.
 */
export function canonicalUsername(text: string): string {
  return text.length > MAX_UNITS ? text : foldLookAlikes(withFoldedSigns(text)).trim();
}

/** A stored name with the canonical form of today. */
export function withCurrentCanonicalForm({ shown }: Username): Username {
  return { shown, canonical: canonicalUsername(shown) };
}

/** The canonical form of earlier versions, which did not unify letters that look alike. */
function withFoldedSigns(text: string): string {
  return canonicalText(foldSigns(shownText(text)));
}

/**
 * The canonical forms under which an account with this name may be stored, the likelier owner first. Early imports from
 * the Flask server have the form of `canonicalText`, and later accounts may have the form before look-alikes were
 * unified.
 */
export function storedUsernames(text: string): readonly string[] {
  if (text.length > MAX_UNITS) return [text];
  return [...new Set([canonicalText(text), withFoldedSigns(text), canonicalUsername(text)])];
}

/** The name, or `undefined` if a new account may not have it. */
export function parseUsername(text: string): Username | undefined {
  return usernameFault(text) === undefined
    ? { shown: shownText(text), canonical: canonicalUsername(text) }
    : undefined;
}

/**
 * The reason why a new account may not have the name, for people and without the input; `undefined` if it may. A
 * character is named by its code point and its position in the shown name, or in the input if that has an invisible
 * character.
 */
export function usernameFault(text: string): string | undefined {
  const forms = [shownText(text), canonicalUsername(text)];
  if (forms.some((form) => codePointLength(form) > MAX_CODE_POINTS)) {
    return `A username has at most ${MAX_CODE_POINTS} characters`;
  }
  // trimming takes line ends and tabs away as well
  const isRaw = hasHidden(text.replace(/[\u200c\u200d]/g, ""));
  const typed = isRaw ? text : shownText(text);
  const fault = formFault(withoutPlacedJoiners(typed)) ?? digitFault(withoutPlacedJoiners(typed));
  if (fault !== undefined) return inWords(fault, positionIn(typed, fault));
  const compared = formFault(canonicalUsername(text));
  if (compared !== undefined) return inWords(compared, undefined);
  const isVisible = forms.every((form) => VISIBLE.test(form));
  return isVisible ? undefined : "A username has at least one letter or digit";
}

/** The position of the fault in the form, from 1. The joiners that were removed before the check are counted again. */
function positionIn(form: string, { before }: NameFault): number {
  let end = before.length;
  for (const at of placedJoiners(form)) if (at <= end) end += 1;
  return codePointLength(form.slice(0, end)) + 1;
}
