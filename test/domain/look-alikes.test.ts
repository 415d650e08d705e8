import { expect, it } from "vitest";
import { canonicalUsername, parseUsername, usernameFault } from "../../src/domain/username.ts";

it.each([
  ["spaces", ["Ada  Eva", "Ada\u00a0Eva", "Ada \u2003 Eva", "Ada\u3000Eva"]],
  ["Arabic with a tatweel", ["محمد", "محـمد", "محمدـ", "ـمحمد"]],
  ["Arabic yeh", ["علي", "علی", "على"]],
  ["Arabic kaf", ["كريم", "کریم", "ڪريم"]],
  ["Arabic heh", ["هبة", "ہبة", "ھبة", "ەبة"]],
  ["Arabic teh marbuta", ["فاطمة", "فاطمۃ"]],
  ["Arabic digits", ["علي٢", "علی۲"]],
  ["an Arabic digit for a letter", ["احمد", "١حمد", "۱حمد"]],
  ["a Devanagari sign for a digit", ["रवि॰", "रवि०", "रवि0"]],
  ["the signs of Bengali, Gurmukhi and Gujarati", ["ক৽", "ক০", "ক0"]],
  ["Gurmukhi", ["ਕ੶", "ਕ੦", "ਕ0"]],
  ["Gujarati", ["ક૰", "ક૦", "ક0"]],
  ["Bengali digits", ["ক৪", "ক8"]],
  ["Tamil digits", ["கமல்", "௧மல்"]],
  ["kana and Han", ["カロニエタトハノイ", "力口二工夕卜八丿亻", "力囗ニ工タ卜ハ〳イ"]],
  ["a long vowel and Han", ["スーパー", "ス一パー"]],
  ["two kinds of kana", ["へべぺ", "ヘベペ"]],
  ["Bopomofo and Han", ["ㄦ", "儿"]],
  ["Han", ["黑戸", "黒戶"]],
  ["Latin of phonetics", ["gaol", "\u0261aol", "g\u0251ol", "ga\u1d0fl", "gao\u01c0"]],
  ["Latin with a double click", ["llama", "\u01c1ama"]],
  ["Latin without a dot", ["jim", "\u0237im", "j\u0131m", "j\u0269m", "J\u026aM"]],
  ["Latin with a long s", ["sam", "\u017fam", "\ua731am"]],
  ["Latin capitals that are alike", ["Đoko", "Ðoko", "Ɖoko"]],
  ["schwas", ["Əli", "Ǝli"]],
  ["breve and caron", ["Doğan", "Doǧan", "Dog\u030can"]],
  ["caron and breve", ["Dvořák", "Dvor\u0306ák"]],
  ["a breve below a dot", ["Đặng", "Đạ\u030cng"]],
  ["cedilla and comma", ["Ștefan", "Ştefan", "S\u0326tefan"]],
  ["circumflex and inverted breve", ["Benoît", "Benoi\u0311t"]],
  ["Cyrillic palochka", ["Ӏсмаил", "Ісмаил"]],
  ["Cyrillic of manuscripts", ["Соня", "С\u1c82ня"]],
  ["Cyrillic of manuscripts, again", ["состав тдвъ", "\u1c83о\u1c83\u1c84ав \u1c84\u1c81\u1c80\u1c86"]],
  ["Cyrillic letters of old", ["Өлзий", "Ѳлзий"]],
  ["marks in another order", ["q\u0323\u0301", "q\u0301\u0323"]],
  ["Hebrew ligatures", ["ײדיש", "יידיש"]],
  ["Hangul in parts", ["ㄲ", "ㄱㄱ"]],
  ["Thai vowels", ["แดง", "เเดง"]],
  ["Khmer below the line", ["ស្ត", "ស្ដ"]],
])("%s: look-alikes are one account", (_, names) => {
  expect(names.map(usernameFault)).toEqual(names.map(() => undefined));
  expect(new Set(names.map(canonicalUsername)).size).toBe(1);
  for (const canonical of names.map(canonicalUsername)) expect(canonicalUsername(canonical)).toBe(canonical);
});

it.each([
  ["ASCII", ["ol", "01", "o1", "0i"]],
  ["two Latin letters and one", ["rn", "m"]],
  ["Thai", ["ดา", "ตา"]],
  ["Sinhala", ["එක", "ඵක"]],
  ["African letters", ["Ɓala", "Bala", "Ɗala", "Dala", "Ɛsi", "Esi", "Ŋa", "Na"]],
  ["click letters", ["ǃGora", "Gora", "ǂGora"]],
  ["digits of one script", ["علي١٢", "علي١٣"]],
])("%s: what readers tell apart are several accounts", (_, names) => {
  expect(names.map(usernameFault)).toEqual(names.map(() => undefined));
  expect(new Set(names.map(canonicalUsername)).size).toBe(names.length);
});

it.each([
  ["a\u064eda", "U+064E at position 2 is of another script than what stands before it"],
  ["क\u0323", "U+0323 at position 2 is only allowed on a letter of Latin, Greek or Cyrillic"],
  ["अ\u093e", "U+093E at position 2 is one vowel sign too many on its letter"],
  ["अ\u093c\u093e", "U+093E at position 3 is one vowel sign too many on its letter"],
  ["ఉు\u0c3e", "U+0C41 at position 2 is one vowel sign too many on its letter"],
  ["o\u0338le", "U+0338 at position 2 is a mark that a name cannot have"],
  ["ада\u2de8", "U+2DE8 at position 4 is a mark that a name cannot have"],
  ["D\u02caSouza", "U+02CA at position 2 is only allowed after a letter of Bopomofo"],
  ["ada 1\u0967", "U+0967 at position 6 is of another script than what stands before it"],
  ["रवि १1", "U+0031 at position 6 is a digit of another script than the first digit"],
  ["\u0640", "A username has at least one letter or digit"],
])("%j: %s", (name, fault) => {
  expect(usernameFault(name)).toBe(fault);
  expect(parseUsername(name)).toBeUndefined();
});

it.each([
  ["  ada@", "U+0040 at position 4 is not allowed in a name"],
  ["  ada\u200b@", "U+200B at position 6 is invisible where it stands, and not allowed there"],
  ["\u{20000}@", "U+0040 at position 2 is not allowed in a name"],
  ["علی\u200cرضا@", "U+0040 at position 8 is not allowed in a name"],
  ["عل\u200cی\u200cb", "U+200C at position 5 is invisible where it stands, and not allowed there"],
])("%j tells where: %s", (name, fault) => {
  expect(usernameFault(name)).toBe(fault);
});

it("the representative of look-alikes represents itself", () => {
  const moved: string[] = [];
  for (let code = 0x20; code < 0xac00; code += 1) {
    const letter = String.fromCodePoint(code);
    if (/[\u3400-\u9fff]/.test(letter) || !/[\p{L}\p{M}\p{Nd}]/u.test(letter)) continue;
    const canonical = canonicalUsername(`a${letter}a`);
    if (canonicalUsername(canonical) !== canonical) moved.push(letter);
  }
  expect(moved).toEqual([]);
});
