// biome-ignore-all lint/suspicious/noTemplateCurlyInString: files have them
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDotEnv } from "../../../src/composition/settings/dot-env.ts";
import { interpolate } from "../../../src/composition/settings/interpolate.ts";
import { hasPython, runPython } from "../../support/python.ts";

const OUTSIDE: Readonly<Record<string, string>> = { OUTSIDE: "from outside" };

/** The final values by name, and the count of unreadable lines. */
function read(text: string) {
  const { lines, unreadable } = parseDotEnv(text);
  const values = new Map<string, string>();
  for (const { name, value } of lines) {
    if (value === undefined) values.delete(name);
    else values.set(name, interpolate(value, (each) => OUTSIDE[each] ?? values.get(each)).text);
  }
  return { values: Object.fromEntries(values), unreadable: unreadable.length };
}

const TABLE: readonly [text: string, values: Record<string, string>][] = [
  ["A=abc#def", { A: "abc#def" }],
  ["A=abc #def", { A: "abc" }],
  ["A=abc\t# def", { A: "abc" }],
  ["A=#abc", { A: "#abc" }],
  ["A= # abc", { A: "" }],
  ["A=a b  ", { A: "a b" }],
  [" A = b ", { A: "b" }],
  ["export A=b", { A: "b" }],
  ["export\tA=b", { A: "b" }],
  ["exportA=b", { exportA: "b" }],
  ["'A'=b", { A: "b" }],
  ["A='b # c'", { A: "b # c" }],
  ["A='b' # c", { A: "b" }],
  ["A='b'#c", { A: "b" }],
  ["A='it\\'s \\n \\\\'", { A: "it's \\n \\" }],
  ['A="b \\"c\\" \\n \\t \\x \\\\"', { A: 'b "c" \n \t \\x \\' }],
  ['A="two\nlines"\nB=c', { A: "two\nlines", B: "c" }],
  ["A='two\r\nlines'\r\nB=c\r\n", { A: "two\nlines", B: "c" }],
  ["A=b\rB=c", { A: "b", B: "c" }],
  ["A=`b`", { A: "`b`" }],
  ["A=\nB=", { A: "", B: "" }],
  ["A=b\nA=c", { A: "c" }],
  ["# A=b\n\n  # c\nB=c", { B: "c" }],
  ["A=b=c==", { A: "b=c==" }],
  ["A=pa$$word", { A: "pa$$word" }],
  ["A=$OUTSIDE", { A: "$OUTSIDE" }],
  ["A=${OUTSIDE}!", { A: "from outside!" }],
  ["A='${OUTSIDE}'", { A: "from outside" }],
  ["A=b\nB=${A}${A}", { A: "b", B: "bb" }],
  ["A=${NOWHERE:-c:d}e", { A: "c:de" }],
  ["A=${NOWHERE:b}", { A: "${NOWHERE:b}" }],
  ["A=${NOWHERE", { A: "${NOWHERE" }],
  ["OUTSIDE=inside\nA=${OUTSIDE}", { OUTSIDE: "inside", A: "from outside" }],
  ["__proto__=a\nconstructor=b", JSON.parse('{"__proto__":"a","constructor":"b"}')],
  ["A", {}],
  ["A=b\u00a0\u2003", { A: "b" }],
  ["A=b\u00a0#c", { A: "b" }],
];

/** Unreadable lines by number, and the other values. */
const UNREADABLE: readonly [text: string, numbers: number[], values: Record<string, string>][] = [
  ["A: b\nB=c", [1], { B: "c" }],
  ["\n\nA b=c", [3], {}],
  ["=b", [1], {}],
  ["A='b\nB=c", [1], { B: "c" }],
  ['A="b"c\nB=d', [1], { B: "d" }],
  ["A='b' 'c'", [1], {}],
  ["'A=b", [1], {}],
  ["- -\nA=b\n{ }\nB=c", [1, 3], { A: "b", B: "c" }],
];

describe("a .env file", () => {
  it.each(TABLE)("is read as python-dotenv reads it: %j", (text, values) => {
    expect(read(text)).toEqual({ values, unreadable: 0 });
  });

  it.each(UNREADABLE)(
    "has lines that cannot be read, which are told by number: %j",
    (text, numbers, values) => {
      expect(parseDotEnv(text).unreadable).toEqual(numbers);
      expect(read(text).values).toEqual(values);
    },
  );

  it.runIf(hasPython("flask-jwt-4"))(
    "is read as python-dotenv itself reads it",
    async () => {
      const units = [
        "A",
        "b",
        "=",
        "=",
        "'",
        '"',
        "\\",
        "#",
        " ",
        "\n",
        "\r",
        "$",
        "{",
        "}",
        ":",
        "-",
        "export ",
      ];
      const odd = ["\u00a0", "\t", "\x1c", "\x85", "\u2028", "é", "😀", "n", "OUTSIDE", "${A}", "A='", 'A="'];
      const made = fc.sample(fc.string({ unit: fc.constantFrom(...units, ...odd), maxLength: 40 }), {
        numRuns: 5_000,
        seed: 20,
      });
      const texts = [...TABLE, ...UNREADABLE].map(([text]) => text).concat(made);
      const theirs = JSON.parse(await runPython("flask-jwt-4", "read-dot-env.py", JSON.stringify(texts)));
      expect(theirs.length).toBe(texts.length);
      for (const [index, text] of texts.entries()) expect([text, read(text)]).toEqual([text, theirs[index]]);
    },
    60_000,
  );
});

/** The least time of several runs in milliseconds. */
function least(work: () => unknown): number {
  const times = Array.from({ length: 5 }, () => {
    const began = performance.now();
    work();
    return performance.now() - began;
  });
  return Math.min(...times);
}

describe("what a file takes to read grows in proportion to it", () => {
  const hostile: readonly [name: string, make: (size: number) => string][] = [
    ["spaces in a value", (size) => `A=b${" ".repeat(size)}c`],
    ["spaces before nothing", (size) => `A=${" ".repeat(size)}`],
    ["an open quote on each line", (size) => "A='\n".repeat(size / 4)],
    ["open quotes of two kinds", (size) => "A='\nB=\"\n".repeat(size / 8)],
    ["backslashes in an open quote", (size) => `A='${"\\".repeat(size)}`],
    ["escaped quotes", (size) => `A='${"\\'".repeat(size / 2)}`],
    ["variables that never end", (size) => `A=${"${".repeat(size / 2)}`],
    ["variables that end wrong", (size) => `A=${"${".repeat(size / 2)}:}`],
    ["variables with a colon each", (size) => `A=${"${:".repeat(size / 3)}`],
    ["lines that cannot be read", (size) => "a b\n".repeat(size / 4)],
    ["open names", (size) => "'a\n".repeat(size / 3)],
    ["hashes", (size) => `A=${"#".repeat(size)} x`],
    ["line ends", (size) => "\r\n".repeat(size / 2)],
    ["exports", (size) => "export ".repeat(size / 7)],
  ];

  it.each(hostile)("%s", (_, make) => {
    const [small, large] = [make(40_000), make(320_000)];
    const ratio =
      least(() => read(large)) /
      Math.max(
        least(() => read(small)),
        0.05,
      );
    // eight times the input; quadratic time would be 64 times as long
    expect(ratio).toBeLessThan(32);
  });
});
