import { domainToASCII } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emailRules } from "../../src/domain/email.ts";
import { canonicalUsername, parseUsername } from "../../src/domain/username.ts";

const { canonicalEmail, parseEmail } = emailRules(domainToASCII);

/** Any text a JSON body can hold: all of Unicode, and halves of surrogate pairs. */
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)),
);
/** Any letter between others, which is accepted far more often than any text. */
const almostWord = fc
  .tuple(fc.constantFrom("", "a", "Я", "σ", "漢", "1"), fc.string({ unit: "binary", maxLength: 2 }))
  .map(([start, rest]) => start + rest);
const word = fc.oneof(
  ...["abcxkszéüñø09", "абвгёйж", "αβγδλώ", "漢字かなカナ", "한글"].map((letters) =>
    fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 12 }),
  ),
);
/** Letters of several scripts with the signs, marks and joiners of names. */
const almostName = fc.oneof(
  ...["alLiıİj", "רש", "علی", "कर", "കന", "རྒ", "李カ"].map((letters) =>
    fc.string({
      unit: fc.constantFrom(...letters, ..."'’ʻ·・‧-־׳״॰་ \u200c\u200d\u0307\u0301\u094d\u0d4d"),
      maxLength: 8,
    }),
  ),
);
const address = fc
  .tuple(word, fc.constantFrom("example.com", "bücher.example", "пример.рф"))
  .map((parts) => parts.join("@"));
const anyAddress = fc.oneof(
  anyText,
  fc
    .tuple(fc.oneof(almostWord, word), fc.oneof(almostWord, word))
    .map(([local, host]) => `${local}@${host}.com`),
);

/** Another spelling of the text: letters in another case or width, composed or not, with space around. */
const respelling = fc.record({
  upper: fc.infiniteStream(fc.boolean()),
  form: fc.constantFrom("NFC", "NFD", "NFKC", "NFKD"),
  wide: fc.boolean(),
  space: fc.constantFrom("", " ", "\u00a0 ", "\u00a0", "\u3000"),
});

type Respelling = typeof respelling extends fc.Arbitrary<infer T> ? T : never;

function respell(text: string, { upper, form, wide, space }: Respelling): string {
  const cased = Array.from(text, (letter) => (upper.next().value ? letter.toUpperCase() : letter)).join("");
  const widened = wide
    ? cased.replaceAll(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0))
    : cased;
  return space + (wide ? widened : widened.normalize(form)) + space;
}

describe.each([
  {
    kind: "username",
    parse: parseUsername,
    canonical: canonicalUsername,
    likely: fc.oneof(almostWord, word, almostName),
    plain: word,
  },
  { kind: "email", parse: parseEmail, canonical: canonicalEmail, likely: anyAddress, plain: address },
])("$kind", ({ parse, canonical, likely, plain }) => {
  it("no text makes it throw", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        parse(text);
        canonical(text);
      }),
      { numRuns: 500 },
    );
  });

  it("what is accepted is stored by the same canonical form that lookups use, and normalising it again changes nothing", () => {
    let accepted = 0;
    fc.assert(
      fc.property(likely, (text) => {
        const parsed = parse(text);
        if (!parsed) return;
        accepted += 1;
        expect(parsed.canonical).toBe(canonical(text));
        expect(canonical(parsed.canonical)).toBe(parsed.canonical);
      }),
      { numRuns: 2_000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  it("both forms of what is accepted are accepted again, as the same", () => {
    fc.assert(
      fc.property(likely, (text) => {
        const parsed = parse(text);
        if (!parsed) return;
        expect(parse(parsed.shown)).toEqual(parsed);
        expect(parse(parsed.canonical)?.canonical).toBe(parsed.canonical);
      }),
      { numRuns: 2_000 },
    );
  });

  it("every spelling by case, width, composition and surrounding space is the same", () => {
    fc.assert(
      fc.property(plain, respelling, (text, spelling) => {
        const other = respell(text, spelling);
        expect(parse(text)).toBeDefined();
        expect(parse(other)?.canonical).toBe(parse(text)?.canonical);
        expect(canonical(other)).toBe(canonical(text));
      }),
      { numRuns: 500 },
    );
  });

  it("no control, format, surrogate, private or unassigned character is ever accepted", () => {
    fc.assert(
      fc.property(
        plain,
        fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
        fc.nat(),
        (text, sign, place) => {
          fc.pre(/\p{C}/u.test(sign) && sign.trim() !== "");
          const at = place % (text.length + 1);
          expect(parse(text.slice(0, at) + sign + text.slice(at))).toBeUndefined();
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each(hostileTexts())("10 kB of %s are refused within 10 ms", (_, text) => {
    const times = [1, 2, 3].map(() => {
      const start = performance.now();
      expect(parse(text)).toBeUndefined();
      return performance.now() - start;
    });
    expect(Math.min(...times)).toBeLessThan(10);
  });
});

/** Texts made to stall a regular expression or a normalisation, of 10,000 bytes or a little more. */
function hostileTexts(): [string, string][] {
  return [
    ["letters and dots", `${"a.".repeat(5_000)}@example.com`],
    ["letters", `${"a".repeat(10_000)}!`],
    ["labels", `a@${"a.".repeat(5_000)}com`],
    ["labels that end in a hyphen", `a@${"a-".repeat(5_000)}.com`],
    ["at signs", "@".repeat(10_000)],
    ["spaces within", `a${" ".repeat(10_000)}a`],
    ["line ends", `a${"\n".repeat(10_000)}@x.com`],
    ["expanding ligatures", "\ufdfa".repeat(3_333)],
    ["combining marks out of order", `a${"\u0315\u0300\u0323\u0327".repeat(1_250)}@x.com`],
    ["combining marks in the domain", `a@${"\u0315\u0300\u0323\u0327".repeat(1_250)}.com`],
    ["lone surrogates", "\ud800".repeat(3_333)],
  ];
}
