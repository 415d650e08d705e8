import { canonicalText, codePointLength, hasHidden, isOneScript, shownText } from "./text.ts";

/** A name in the form people see and in the form it is compared by. */
export interface Username {
  readonly shown: string;
  readonly canonical: string;
}

const MAX_CODE_POINTS = 64;
const VISIBLE = /[\p{L}\p{Nd}]/u;
const LEADING_MARK = /^\p{M}/u;

/** The canonical form of any text, whether a new account could have it or not: what a login looks up. */
export const canonicalUsername = canonicalText;

/** The name, or `undefined` where a new account may not be called so. */
export function parseUsername(text: string): Username | undefined {
  const name = { shown: shownText(text), canonical: canonicalUsername(text) };
  return !hasHidden(text) && [name.shown, name.canonical].every(isAllowed) ? name : undefined;
}

function isAllowed(name: string): boolean {
  return (
    codePointLength(name) <= MAX_CODE_POINTS &&
    // normalising can bring forth a space that trimming did not see
    name.trim() === name &&
    VISIBLE.test(name) &&
    !LEADING_MARK.test(name) &&
    isOneScript(name)
  );
}
