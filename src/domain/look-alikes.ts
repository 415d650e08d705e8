/**
 * Letters of one script that look alike, from UTS #39, confusables.txt of Unicode 17.0.0
 * (https://www.unicode.org/Public/17.0.0/security/), limited to pairs that one name may have. Added are zeros of other
 * scripts and sequences that the Unicode Standard discourages. Left out are letters that the readers of one alphabet
 * tell apart (Thai U+0E14 and U+0E15, Sinhala, `rn` and `m`), and all of ASCII. Chosen by hand: a later version of the
 * data is compared with this one line by line.
 */

/**
 * The members of a word look alike; the first one stands for all where names are compared. All are in lower case and in
 * NFD.
 */
const LATIN = `
  aɑ cᴄ eꬲ fƒẝꞙꬵ gɡƍᶃ iɩɪ jʝ lǀ oᴏᴑꬽ pƿ rꭇꭈʀ sƽꜱ uᴜꞟꭎꭒ vᴠ wᴡ xꭓꭕ yʏᶌỿꭚ zᴢ bƅ 3ʒȝꝫɜᴈ 8ȣ
  ßꞵꟗ đðɖ øꬾ ĸᴋ ŋƞ ƨᴤ əǝ ɋᶐ ɔᴐↄ ɛꞓ ɨᵻᵼ ɵꝋ ʃꭍ ʍᴍ ʔɂ ʚꞝ ꜧꞕ ꜹꜻ`;
const GREEK_AND_CYRILLIC = "σϛ μϻ πᴨ ρϸ лᴫ ԝѡ єԑ іӏꙇ вᲀ дᲁ оᲂ сᲃ тᲄᲅ ъᲆ ѣᲇ ꙋᲈ ѣҍ өѳ ҷӌ ӈӊ зӡ";
const ARABIC = `
  يیى كکڪ هھہە٥۵ ةۃ تٺ فڧ وࢱ ڡٯࢻࢼ ٻې ځݲ ڎڏ ڤڨ ڬݢ ڭݣ گࢰ ݔݧࢩ ٹڻ
  ا١۱ ٠۰ ٢۲ ٣۳ ٤۴ ٦۶ ٧۷ ٨۸ ٩۹`;
/** Most of them are digits: an abbreviation sign looks like a zero, as do a few letters. */
const SOUTH_ASIAN = `
  0०॰ 0০৽ 0੦੶ 0૦૰ 0୦ଠ 0౦ 0೦ ഠ൦ 3३ 8৪ 9৭ রৰ ৠৡ 8੪ 9੧ પ૫ ર૨ 3૩ 9୨ 9൭
  க௧ உ௨ எ௭ அ௮ ச௪ ජ෪ ද෫`;
const OTHERS = "0ዐ 0๐ 0໐ 0០ ขฃ คฅ าๅ អឣ ဝ၀ ၁ၥ ငၚ རཪ";
const KANA = "丿ノ〳 亻イ 工エ 力カ 夕タ 卜ト 二ニ 八ハ 口ロ囗 一ー へヘ 儿ㄦ";
const HAN = `
  㖈䎛 㘽㦳 搉㩁 曶㫚 胶㬵 幐㬺 㬻䐠 槩㮣 鿃䀹 晣䀿 朦䑃 䚕𧢮 訞䚶 于𛄢 併倂 値值
  儿𖿲 兒𖿳 凵𠙴 卑𭅡 啓啟 塡填 墫壿 壷𡔳 多𡖇 媯嬀 峀𫜺 帡帲 徚𢔅 愸𫜿 戶戸 晚晩
  朌肦 朏胐 朐胊 朓脁 朘脧 朣膧 杮柿 榝樧 涅𣵀 溈潙 玥𤣽 研硏 絕絶 緇𱹼 胼腁 蒍蔿
  蘷虁 訮詽 讆讏 豜豣 贛𥫔 赿趆 跥跺 躗躛 軿輧 郎郞 鎭鎮 隷隸 黑黒 𡚧𡚨 𣍟𫜾 𤠔𪻅
  𥄙𥄚 𦖝𦖨 𦰶𦴆`;
const MARKS = "\u0302\u0311 \u0303\u0342 \u0327\u0326 \u0655\u065f \u05b9\u05ba";

/** Several characters that look like one, or like another several. */
const SEQUENCES: readonly (readonly [looks: string, like: string])[] = [
  ["ǁ", "ll"],
  ["ٲ", "ا\u0654"],
  ["ٳ", "ا\u0655"],
  ["װ", "וו"],
  ["ױ", "וי"],
  ["ײ", "יי"],
  ["ஒள", "ஔ"],
  ["එ්", "ඒ"],
  ["เเ", "แ"],
  ["ເເ", "ແ"],
  ["သြ", "ဩ"],
  ["ༀ", "ཨོཾ"],
  ["្ដ", "្ត"],
  // Hangul, in the parts that NFD makes of it
  ..."ᄀᄀᄁ ᄃᄃᄄ ᄇᄇᄈ ᄉᄉᄊ ᄌᄌᄍ ᅡᅵᅢ ᅣᅵᅤ ᅥᅵᅦ ᅧᅵᅨ ᅩᅡᅪ ᅩᅢᅫ ᅩᅵᅬ ᅮᅥᅯ ᅮᅦᅰ ᅮᅵᅱ ᅳᅵᅴ"
    .split(" ")
    .map((word) => [word.slice(0, 2), word.slice(2)] as const),
];

const FIRST_OF = new Map(
  [LATIN, GREEK_AND_CYRILLIC, ARABIC, SOUTH_ASIAN, OTHERS, KANA, HAN, MARKS]
    .flatMap((words) => words.trim().split(/\s+/))
    .flatMap(([first = "", ...others]) => others.map((other) => [other, first] as const)),
);

/** Letters that are written with a breve; others have a caron. The two marks look alike. */
const WITH_BREVE = "[agiou\\p{sc=Cyrillic}\\p{sc=Greek}]\\p{M}{0,4}";
const CARON_FOR_BREVE = new RegExp(`(?<=${WITH_BREVE})\u030c`, "gu");
const BREVE_FOR_CARON = new RegExp(`(?<!${WITH_BREVE})\u0306`, "gu");

/**
 * A text in lower case with one letter for all that look alike. Tatweel (U+0640), which only makes a word wider, is left out, and
 * several spaces are one.
 */
export function foldLookAlikes(text: string): string {
  let folded = Array.from(text.normalize("NFD"), (letter) => FIRST_OF.get(letter) ?? letter).join("");
  for (const [looks, like] of SEQUENCES) folded = folded.replaceAll(looks, like);
  return folded
    .replace(CARON_FOR_BREVE, "\u0306")
    .replace(BREVE_FOR_CARON, "\u030c")
    .replaceAll("\u0640", "")
    .replace(/ {2,}/g, " ")
    .normalize("NFC");
}
