/**
 * Characters in names of people that are no letters, marks or digits: signs that are allowed at certain places of a
 * word (UAX #31, table 3), and joiners (UAX #31, section 2.3).
 */

interface NameSign {
  /** The characters that people type for it, as the inside of a character class. */
  readonly spellings: string;
  /** The spelling that replaces all others when names are compared; `undefined` if there is only one. */
  readonly canonical?: string;
  /**
   * The allowed place in words, and a pattern that matches the sign elsewhere; `undefined` if every place is allowed.
   */
  readonly place?: { readonly name: string; readonly missed: RegExp };
}

/** Hawaiian and Uzbek have U+02BB, Ukrainian U+02BC, Hebrew U+05F3; keyboards give U+0027, U+2018 or U+2019. */
const APOSTROPHES = "'\u2018\u2019\u02bb\u02bc\u05f3\ua78b\ua78c";
/** Names written in Han have U+00B7 on the mainland, U+2027 in Taiwan, U+30FB in Japan. */
const MIDDLE_DOTS = "\u00b7\u2022\u2027\u30fb\ua78f";
const EAST_ASIAN = "\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}";

export const NAME_SIGNS: readonly NameSign[] = [
  {
    spellings: APOSTROPHES,
    canonical: "'",
    place: {
      name: "beside a letter, one at a time",
      missed: new RegExp(
        `(?<![\\p{L}\\p{M}])[${APOSTROPHES}](?!\\p{L})|[${APOSTROPHES}](?=[${APOSTROPHES}])`,
        "u",
      ),
    },
  },
  // U+2010, and those of Armenian and Hebrew
  { spellings: "\\-\u2010\u058a\u05be", canonical: "-" },
  {
    spellings: MIDDLE_DOTS,
    canonical: "\u00b7",
    place: {
      name: "between two l, or between letters of Chinese or Japanese",
      missed: new RegExp(
        `[${MIDDLE_DOTS}](?!(?<=[lL].)[lL]|(?<=[${EAST_ASIAN}].)[${EAST_ASIAN}])|[${MIDDLE_DOTS}](?=[${MIDDLE_DOTS}])`,
        "u",
      ),
    },
  },
  {
    spellings: "\u05f4",
    place: { name: "between letters", missed: /(?<![\p{L}\p{M}])\u05f4|\u05f4(?!\p{L})/u },
  },
  // the abbreviation signs of Devanagari, Bengali, Gurmukhi, Gujarati, and what ends a Tibetan syllable
  {
    spellings: "\u0970\u09fd\u0a76\u0af0\u0f0b",
    place: { name: "after a letter", missed: /(?<![\p{L}\p{M}])[\u0970\u09fd\u0a76\u0af0\u0f0b]/u },
  },
];

/** The viramas of all scripts that have one. A virama removes the vowel of a letter and joins it to the next letter. */
const VIRAMA = "[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca]";
/** Letters that Malayalam writes without their vowel: as one character, or as letter, virama and joiner. */
const CHILLUS: Readonly<Record<string, string>> = {
  "\u0d23": "\u0d7a",
  "\u0d28": "\u0d7b",
  "\u0d30": "\u0d7c",
  "\u0d32": "\u0d7d",
  "\u0d33": "\u0d7e",
  "\u0d15": "\u0d7f",
};
const SPELT_CHILLU = /([\u0d23\u0d28\u0d30\u0d32\u0d33\u0d15])\u0d4d\u200d/gu;

/**
 * Joiners that change how the letters around them are drawn: in Persian, Urdu and their like between letters, in the
 * scripts of India and in Sinhala beside a virama. Elsewhere they are invisible.
 */
const JOINERS_IN_PLACE = new RegExp(
  [
    "(?<=\\p{scx=Arabic})(?<=[\\p{L}\\p{M}])\u200c(?=\\p{scx=Arabic})(?=\\p{L})",
    `(?<=${VIRAMA})[\u200c\u200d](?=\\p{L})`,
    `(?<=\\p{L})\u200d(?=${VIRAMA}\\p{L})`,
    "(?<=[\u0d23\u0d28\u0d30\u0d32\u0d33\u0d15]\u0d4d)\u200d",
  ].join("|"),
  "gu",
);

/** The positions of the joiners that are in place, in UTF-16 units. */
export function placedJoiners(text: string): number[] {
  return Array.from(text.matchAll(JOINERS_IN_PLACE), ({ index }) => index);
}

export function withoutPlacedJoiners(text: string): string {
  return text.replace(JOINERS_IN_PLACE, "");
}

const SPELLINGS = NAME_SIGNS.flatMap(({ spellings, canonical }) =>
  canonical === undefined ? [] : [{ pattern: new RegExp(`[${spellings}]`, "gu"), canonical }],
);

/**
 * The text with one spelling of each sign and without joiners. Names that differ by nothing else look alike, or nearly,
 * so that only one account can have them. Letters with and without their dot are one: upper and lower case make the one
 * of the other.
 */
export function foldSigns(text: string): string {
  let folded = text.replace(SPELT_CHILLU, (_, letter) => CHILLUS[letter] as string);
  for (const { pattern, canonical } of SPELLINGS) folded = folded.replace(pattern, canonical);
  return folded
    .replace(/[\u200c\u200d]/g, "")
    .replace(/[\u0130\u0131]|i\u0307/g, "i")
    .replaceAll("\u0237", "j");
}
