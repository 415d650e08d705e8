import { expect, it } from "vitest";
import {
  canonicalUsername,
  parseUsername,
  storedUsernames,
  usernameFault,
} from "../../src/domain/username.ts";

it.each([
  ["ada", "ada", "ada"],
  ["Ada Lovelace", "Ada Lovelace", "ada lovelace"],
  ["  ada\u00a0", "ada", "ada"],
  ["Rene\u0301", "Ren\u00e9", "ren\u00e9"],
  ["\uff21\uff44\uff41", "Ada", "ada"],
  ["\u212Aelvin", "Kelvin", "kelvin"],
  ["\ufb01n", "fin", "fin"],
  ["\u017fam", "sam", "sam"],
  ["Ⅷ", "VIII", "viii"],
  // lower case alone has one character for this: normalising has to come last, too
  ["H\u0331ala", "H\u0331ala", "\u1e96ala"],
])("%j is shown as %j and compared as %j", (text, shown, canonical) => {
  expect(parseUsername(text)).toEqual({ shown, canonical });
  expect(canonicalUsername(text)).toBe(canonical);
});

it.each([
  [
    "apostrophes",
    [
      "D'Souza",
      "D\u2019Souza",
      "D\u2018Souza",
      "D\u02bbSouza",
      "D\u02bcSouza",
      "D\uff07Souza",
      "D\ua78bsouza",
    ],
  ],
  ["apostrophes of Hebrew", ["ג'ורג'", "ג\u05f3ורג\u05f3"]],
  ["hyphens", ["Ada-Eva", "Ada\u2010Eva", "Ada\u2011Eva"]],
  ["hyphens of Hebrew", ["בן-גוריון", "בן\u05beגוריון"]],
  ["hyphens of Armenian", ["Տեր-Պետրոսյան", "Տեր\u058aՊետրոսյան"]],
  ["middle dots", ["李\u00b7明", "李\u2027明", "李\u2022明", "李\u30fb明", "李\uff65明"]],
  ["l with a middle dot", ["Marcel\u00b7lí", "Marce\u0140lí", "MARCEL\u2027LÍ"]],
  ["i with a dot and without", ["Yildiz", "Yıldız", "YILDIZ", "YİLDİZ"]],
  ["Persian with a joiner and without", ["علی\u200cرضا", "علیرضا"]],
  ["Sinhala with a joiner and without", ["ශ්\u200dරී", "ශ්රී"]],
  ["Malayalam letters in one and in three", ["രാജ\u0d7b", "രാജ\u0d28\u0d4d\u200d"]],
])("%s: however it is spelt, one account", (_, spellings) => {
  expect(spellings.map((text) => parseUsername(text)?.canonical)).toEqual(
    spellings.map(() => canonicalUsername(spellings[0] as string)),
  );
});

it("Malayalam without the joiner is another word", () => {
  expect(canonicalUsername("രാജ\u0d28\u0d4d")).not.toBe(canonicalUsername("രാജ\u0d7b"));
});

it("looks for a name that was stored before its signs were folded as well", () => {
  expect(storedUsernames("Ada")).toEqual(["ada"]);
  expect(storedUsernames("O\u2019Brien")).toEqual(["o\u2019brien", "o'brien"]);
  expect(storedUsernames("a\u200dda")).toEqual(["a\u200dda", "ada"]);
});

it.each([
  ["a\u200bda", "U+200B at position 2 is invisible where it stands, and not allowed there"],
  ["ada\n", "U+000A at position 4 is invisible where it stands, and not allowed there"],
  ["ada@example.com", "U+0040 at position 4 is not allowed in a name"],
  ["\ud800ada", "U+D800 at position 1 is not a character that a name can have"],
  ["a\u{e000}", "U+E000 at position 2 is not a character that a name can have"],
  ["\u0430da", "U+0064 at position 2 is of another script than what stands before it"],
  ["ᚠᚢᚦ", "U+16A0 at position 1 is of a script that a name cannot have"],
  ["D''Souza", "U+0027 at position 2 is only allowed beside a letter, one at a time"],
  [
    "a\u00b7b",
    "U+00B7 at position 2 is only allowed between two l, or between letters of Chinese or Japanese",
  ],
  ["a \u0301", "U+0301 at position 3 is only allowed on a letter"],
  ["a\u0301\u0301", "U+0301 at position 2 is one mark too many on its letter"],
  ["i\u0307da", "U+0307 at position 2 cannot be seen on a letter that has a dot"],
  ["a".repeat(65), "A username has at most 64 characters"],
  ["a".repeat(65_000), "A username has at most 64 characters"],
  ["  ", "A username has at least one letter or digit"],
  ["._-", "A username has at least one letter or digit"],
])("%j: %s", (text, fault) => {
  expect(usernameFault(text)).toBe(fault);
});

it.each(["constructor", "hasownproperty", "__proto__", "tostring", "null", "undefined"])(
  "%j is a name like any other",
  (text) => {
    expect(parseUsername(text)).toEqual({ shown: text, canonical: text });
  },
);

it.each(["a.b_c-d 1", "7", "алиса 7", "ελένη", "李小龍", "たなかさん", "한글", "علي", "דוד", "देवी"])(
  "%j, of one writing system, is a name",
  (text) => {
    expect(parseUsername(text)?.shown).toBe(text.normalize("NFKC"));
  },
);

it.each([
  ["nothing", ""],
  ["spaces only", "   "],
  ["punctuation only", "._-"],
  ["the look of an address", "ada@example.com"],
  ["a fullwidth @", "ada\uff20example"],
  ["a dot on an i that has one", "i\u0307da"],
  ["a dot on an i that has one, below another mark", "i\u0323\u0307da"],
  ["a Cyrillic letter among Latin ones", "\u0430da"],
  ["a Greek letter among Latin ones", "\u03bfda"],
  ["Latin letters beside Han", "李 Lee"],
  ["a zero-width space", "a\u200bda"],
  ["a zero-width joiner", "a\u200dda"],
  ["a zero-width no-break space", "a\ufeffda"],
  ["a word joiner", "a\u2060da"],
  ["a soft hyphen", "a\u00adda"],
  ["a variation selector", "a\ufe0fda"],
  ["a filler without a shape", "a\u3164da"],
  ["a bidi override", "a\u202eda"],
  ["a bidi mark", "a\u200fda"],
  ["NUL", "a\0da"],
  ["CR and LF", "a\r\nda"],
  ["a tab", "a\tda"],
  ["DEL", "a\x7fda"],
  ["a C1 control", "a\u0085da"],
  ["a line separator", "a\u2028da"],
  ["a lone high surrogate", "a\ud800da"],
  ["a lone low surrogate", "\udc00ada"],
  ["a private character", "a\ue000da"],
  ["a tag character", "a\u{e0061}da"],
  ["an unassigned character", "a\u0378da"],
  ["a character that is none", "a\uffffda"],
  ["an emoji", "ada😀"],
  ["markup", "<b>ada</b>"],
  ["two apostrophes in a row", "D''Souza"],
  ["two apostrophes in a row, spelt otherwise", "D'\u2019Souza"],
  ["two apostrophes that pass for a quotation mark", "d\u02bb\u02bcs"],
  ["an apostrophe beside no letter", "7'7"],
  ["an apostrophe alone", "ada ' ada"],
  ["an apostrophe that is a letter of no word", "\u02bb"],
  ["a mark on an apostrophe", "a\u02bc\u0301"],
  ["a half ring that passes for an apostrophe", "D\u02beSouza"],
  ["a prime that passes for an apostrophe", "D\u02b9Souza"],
  ["an acute that passes for an apostrophe", "D\u00b4Souza"],
  ["a backtick", "D`Souza"],
  ["a quotation mark", 'Ada "D" L'],
  ["an en dash", "Ada\u2013Eva"],
  ["a middle dot elsewhere than between two l", "a\u00b7b"],
  ["a middle dot at the end", "李\u00b7"],
  ["two middle dots", "李\u00b7\u30fb明"],
  ["a Hebrew hyphen among Latin letters", "ada\u05beeva"],
  ["a Hebrew geresh among Latin letters", "ada\u05f3"],
  ["Hebrew gershayim at the start", "\u05f4רשי"],
  ["a Devanagari sign among Latin letters", "dr\u0970 ada"],
  ["a Devanagari sign before any letter", "\u0970रवि"],
  ["a joiner between Latin letters", "a\u200cda"],
  ["a joiner between Cyrillic letters", "ад\u200dа"],
  ["a joiner between Han characters", "李\u200d明"],
  ["a joiner between Arabic letters that would join anyway", "عل\u200dي"],
  ["a joiner at the start", "\u200cعلی"],
  ["a joiner at the end", "علی\u200c"],
  ["two joiners", "علی\u200c\u200cرضا"],
  ["a joiner before a space", "علی\u200c رضا"],
  ["a joiner between Devanagari letters without a virama", "रव\u200dि"],
  ["a joiner after a virama at the end", "रव\u094d\u200d"],
  ["two joiners after a virama", "क\u094d\u200d\u200cष"],
  ["a joiner between scripts", "क\u094d\u200da"],
  ["a joiner alone", "\u200d"],
  ["an Arabic letter mark", "علی\u061cرضا"],
  ["five marks in a row", "a\u0301\u0302\u0303\u0304\u0306"],
  ["one mark twice", "a\u0301\u0301"],
  ["one mark twice, one of them composed", "\u00e1\u0301"],
  ["an enclosing mark", "a\u20dd"],
  ["an accent on a space", "ada \u0301"],
  ["an accent on a hyphen", "a-\u0301"],
  ["letters of a script that is not in use", "ᚠᚢᚦ"],
  ["an Arabic comma", "ع،ع"],
  ["a plus sign", "ada+1"],
  ["a path", "../ada"],
  ["an accent before any letter", "\u0301ada"],
  ["a spacing accent, which normalises to a space and an accent", "\u00b4ada"],
])("a name with %s is refused", (_, text) => {
  expect(parseUsername(text)).toBeUndefined();
});

it("takes 64 code points and no more, however many bytes they are", () => {
  expect(parseUsername("a".repeat(64))).toBeDefined();
  expect(parseUsername("a".repeat(65))).toBeUndefined();
  expect(parseUsername("\u{20000}".repeat(64))).toBeDefined();
  expect(parseUsername("\u{20000}".repeat(65))).toBeUndefined();
});

it("counts what normalising makes of a name, not what was typed", () => {
  expect(parseUsername("e\u0301".repeat(64))).toBeDefined();
  expect(parseUsername("\ufdfa".repeat(4))).toBeUndefined(); // one character that stands for 18
});
