import { foldLookAlikes } from "./look-alikes.ts";
import { foldSigns, placedJoiners, withoutPlacedJoiners } from "./name-signs.ts";
import { canonicalText, codePointLength, hasHidden, MAX_UNITS, shownText } from "./text.ts";
import { digitFault, formFault, inWords, type NameFault } from "./username-faults.ts";

/** A name in the form people see and in the form it is compared by. */
export interface Username {
  readonly shown: string;
  readonly canonical: string;
}

const MAX_CODE_POINTS = 64;
const VISIBLE = /[\p{L}\p{Nd}]/u;

/**
 * The canonical form of any text, whether a new account could have it or not: what a login looks up. Beside what
 * `canonicalText` does, spellings of one sign are one, letters that look alike are one, and joiners do not count.
 */
export function canonicalUsername(text: string): string {
  return text.length > MAX_UNITS ? text : foldLookAlikes(withFoldedSigns(text)).trim();
}

/** A stored name with the canonical form of today. */
export function withCurrentCanonicalForm({ shown }: Username): Username {
  return { shown, canonical: canonicalUsername(shown) };
}

/** The canonical form before letters that look alike were one. */
function withFoldedSigns(text: string): string {
  return canonicalText(foldSigns(shownText(text)));
}

/**
 * The canonical forms under which an account of this name may be stored, the likelier owner first: names that came from the
 * Flask server before signs were folded are stored as `canonicalText` made them, others as they were before look-alikes were.
 */
export function storedUsernames(text: string): readonly string[] {
  if (text.length > MAX_UNITS) return [text];
  return [...new Set([canonicalText(text), withFoldedSigns(text), canonicalUsername(text)])];
}

/** The name, or `undefined` where a new account may not be called so. */
export function parseUsername(text: string): Username | undefined {
  return usernameFault(text) === undefined
    ? { shown: shownText(text), canonical: canonicalUsername(text) }
    : undefined;
}

/**
 * Why a new account may not be called so, for people, without what was typed; `undefined` where it may. A character is named
 * by its code point, with its position in the name as it is shown; in what was typed where that has something invisible.
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

/** Where in the form the fault is, from 1: joiners in place were taken out before it was found. */
function positionIn(form: string, { before }: NameFault): number {
  let end = before.length;
  for (const at of placedJoiners(form)) if (at <= end) end += 1;
  return codePointLength(form.slice(0, end)) + 1;
}
