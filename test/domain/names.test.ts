import { describe, expect, it } from "vitest";
import { canonicalUsername, parseUsername, usernameFault } from "../../src/domain/username.ts";
import { NAMES } from "./names.ts";

const ALL = Object.values(NAMES).flat();

it("there are at least two hundred, in twenty scripts or more", () => {
  expect(new Set(ALL).size).toBeGreaterThanOrEqual(200);
  const scripts =
    "Arabic Armenian Bengali Bopomofo Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Han Hangul Hebrew Hiragana Kannada Katakana Khmer Lao Latin Malayalam Myanmar Oriya Sinhala Tamil Telugu Thaana Thai Tibetan".split(
      " ",
    );
  const used = scripts.filter((script) =>
    ALL.some((name) => new RegExp(`\\p{sc=${script}}`, "u").test(name)),
  );
  expect(used).toEqual(scripts);
});

describe.each(Object.entries(NAMES))("%s", (_, names) => {
  it.each(names)("%s is a name, shown as it is, and one account in capitals and in two parts too", (name) => {
    expect(usernameFault(name)).toBeUndefined();
    const parsed = parseUsername(name);
    expect(parsed?.shown).toBe(name.normalize("NFKC"));
    for (const other of [
      name.normalize("NFD"),
      name.replaceAll("ß", "ẞ").toUpperCase(),
      name.toLowerCase(),
      parsed?.canonical ?? "",
    ]) {
      expect(canonicalUsername(other)).toBe(parsed?.canonical);
    }
    expect(parseUsername(parsed?.canonical ?? "")?.canonical).toBe(parsed?.canonical);
  });
});

it("no two of them are one account", () => {
  expect(new Set(ALL.map(canonicalUsername)).size).toBe(ALL.length);
});
