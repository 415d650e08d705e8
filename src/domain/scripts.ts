/** Writing systems: which letters may stand in one name or one address together. */

/** The scripts recommended for identifiers (UAX #31, table 5) and the writing systems that mix some (UTS #39). */
const WRITING_SYSTEMS = [
  ["Latin"],
  ["Han", "Hiragana", "Katakana"],
  ["Hangul", "Han"],
  ["Bopomofo", "Han"],
  ..."Arabic Armenian Bengali Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Hebrew Kannada Khmer Lao Malayalam Myanmar Oriya Sinhala Tamil Telugu Thaana Thai Tibetan"
    .split(" ")
    .map((script) => [script]),
].map((scripts) => scripts.map((script) => `\\p{scx=${script}}`).join(""));

/**
 * Finds the first character that is of another writing system than those before it.
 * @param neutral What goes with every writing system, as the inside of a character class
 */
export function strangerFinder(neutral: string): (text: string) => string | undefined {
  const longestStart = WRITING_SYSTEMS.map(
    (letters) => new RegExp(`^[${neutral}\\p{scx=Inherited}${letters}]*`, "u"),
  );
  return (text) => {
    const starts = longestStart.map((pattern) => pattern.exec(text)?.[0].length ?? 0);
    const rest = text.slice(Math.max(...starts));
    return rest === "" ? undefined : String.fromCodePoint(rest.codePointAt(0) as number);
  };
}
