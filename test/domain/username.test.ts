import { expect, it } from "vitest";
import { canonicalUsername, parseUsername } from "../../src/domain/username.ts";

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
  ["a dotless i", "\u0131da"],
  ["a dotted capital I", "\u0130da"],
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
  ["punctuation of its own script", "カ・カ"],
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
