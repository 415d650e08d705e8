/**
 * The grammar of `.env` files as python-dotenv 1.2 has it, which read them for the Flask server. No expression here
 * goes over the same text twice, so that reading takes time in proportion to the file.
 */

/** A line that names a variable. */
export interface DotEnvLine {
  /** Its number, from 1. */
  readonly line: number;
  readonly name: string;
  /** As it stands there, before `${…}` in it is replaced; `undefined` where the name stands alone. */
  readonly value: string | undefined;
}

export interface DotEnv {
  readonly lines: readonly DotEnvLine[];
  /** The numbers of lines that cannot be read. */
  readonly unreadable: readonly number[];
}

// what Python means by whitespace: JavaScript's \s takes U+FEFF and leaves these control characters out
const SPACE = "\\t\\v\\f \\x1c-\\x1f\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const one = (source: string) => new RegExp(source, "suy");
const BLANKS = one(`[\\n${SPACE}]*`);
const EXPORT = one(`(?:export[${SPACE}]+)?`);
const QUOTED_NAME = one("'([^']+)'");
const NAME = one(`[^=#\\n${SPACE}]+`);
const SPACES = one(`[${SPACE}]*`);
const EQUALS = one(`=[${SPACE}]*`);
const SINGLE_QUOTED = one("'([^'\\\\]*(?:\\\\.[^'\\\\]*)*)'");
const DOUBLE_QUOTED = one('"([^"\\\\]*(?:\\\\.[^"\\\\]*)*)"');
const REST = one("[^\\n]*");
const LINE_END = one(`[${SPACE}]*(?:#[^\\n]*)?(?:\\n|$)`);
const SPACE_BEFORE_HASH = new RegExp(`[${SPACE}]#`, "u");
const IS_SPACE = new RegExp(`[${SPACE}]`, "u");

const SINGLE_QUOTE_ESCAPES = /\\([\\'])/g;
const DOUBLE_QUOTE_ESCAPES = /\\([\\'"abfnrtv])/g;
const CONTROLS: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** Reads the text of a `.env` file. Of a name that is there twice the last line counts. */
export function parseDotEnv(text: string): DotEnv {
  const source = text.replace(/\r\n?/g, "\n");
  const lines: DotEnvLine[] = [];
  const unreadable: number[] = [];
  const reader = readerOf(source);
  for (;;) {
    reader.take(BLANKS);
    if (reader.isAtEnd()) return { lines, unreadable };
    const line = reader.line();
    const binding = readBinding(reader);
    if (binding === undefined) {
      unreadable.push(line);
      reader.take(REST);
    } else if (binding.name !== undefined) {
      lines.push({ line, name: binding.name, value: binding.value });
    }
  }
}

type Reader = ReturnType<typeof readerOf>;

function readerOf(source: string) {
  let position = 0;
  let lineNumber = 1;
  let counted = 0;
  return {
    isAtEnd: () => position === source.length,
    next: () => source[position],
    /** The whole match and its groups, or `undefined` where the text goes on otherwise. */
    take(pattern: RegExp): RegExpExecArray | undefined {
      pattern.lastIndex = position;
      const match = pattern.exec(source) ?? undefined;
      if (match) position = pattern.lastIndex;
      return match;
    },
    /** The number of the line that is reached. */
    line() {
      for (; counted < position; counted += 1) if (source[counted] === "\n") lineNumber += 1;
      return lineNumber;
    },
  };
}

/** A name and its value, neither of them for a comment; `undefined` where the line cannot be read. */
function readBinding(reader: Reader): { name?: string; value?: string | undefined } | undefined {
  reader.take(EXPORT);
  if (reader.next() === "#") return reader.take(LINE_END) && {};
  const name = reader.next() === "'" ? reader.take(QUOTED_NAME)?.[1] : reader.take(NAME)?.[0];
  if (name === undefined) return undefined;
  reader.take(SPACES);
  const equals = reader.take(EQUALS)?.[0];
  if (equals === undefined) return reader.take(LINE_END) && { name, value: undefined };
  // after a space it begins a comment, and none is part of the value
  const value = equals.length > 1 && reader.next() === "#" ? "" : readValue(reader);
  if (value === undefined || !reader.take(LINE_END)) return undefined;
  return { name, value };
}

function readValue(reader: Reader): string | undefined {
  switch (reader.next()) {
    case "'":
      return reader.take(SINGLE_QUOTED)?.[1]?.replace(SINGLE_QUOTE_ESCAPES, "$1");
    case '"':
      return reader
        .take(DOUBLE_QUOTED)?.[1]
        ?.replace(DOUBLE_QUOTE_ESCAPES, (_, escaped: string) => CONTROLS[escaped] ?? escaped);
    default:
      return unquoted(reader.take(REST)?.[0] ?? "");
  }
}

/** Up to a `#` after whitespace, and without whitespace at the end. */
function unquoted(text: string): string {
  const comment = SPACE_BEFORE_HASH.exec(text);
  let end = comment?.index ?? text.length;
  while (end > 0 && IS_SPACE.test(text[end - 1] as string)) end -= 1;
  return text.slice(0, end);
}
