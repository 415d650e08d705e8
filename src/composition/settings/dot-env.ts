/**
 * The grammar of `.env` files as implemented by python-dotenv 1.2, which the Flask server used. No expression
 * here scans the same text twice, so that parsing takes linear time.
 */

/** A line that names a variable. */
export interface DotEnvLine {
  /** Its number, from 1. */
  readonly line: number;
  readonly name: string;
  /** The value as written, before `${…}` in it is replaced; `undefined` for a name without `=`. */
  readonly value: string | undefined;
}

export interface DotEnv {
  readonly lines: readonly DotEnvLine[];
  /** The numbers of lines that cannot be read. */
  readonly unreadable: readonly number[];
}

// whitespace as Python defines it: JavaScript's \s includes U+FEFF and lacks these control characters
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

/**
 * Parses the text of a `.env` file. If a name occurs twice, both lines are returned and the last one counts.
 */
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
    /** Consumes a match at the current position. Returns `undefined` if there is none. */
    take(pattern: RegExp): RegExpExecArray | undefined {
      pattern.lastIndex = position;
      const match = pattern.exec(source) ?? undefined;
      if (match) position = pattern.lastIndex;
      return match;
    },
    /** The number of the current line. */
    line() {
      for (; counted < position; counted += 1) if (source[counted] === "\n") lineNumber += 1;
      return lineNumber;
    },
  };
}

/** A name and its value; an empty object for a comment; `undefined` if the line cannot be parsed. */
function readBinding(reader: Reader): { name?: string; value?: string | undefined } | undefined {
  reader.take(EXPORT);
  if (reader.next() === "#") return reader.take(LINE_END) && {};
  const name = reader.next() === "'" ? reader.take(QUOTED_NAME)?.[1] : reader.take(NAME)?.[0];
  if (name === undefined) return undefined;
  reader.take(SPACES);
  const equals = reader.take(EQUALS)?.[0];
  if (equals === undefined) return reader.take(LINE_END) && { name, value: undefined };
  // a `#` after a space begins a comment
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

/** Drops a comment (a `#` after whitespace) and trailing whitespace. */
function unquoted(text: string): string {
  const comment = SPACE_BEFORE_HASH.exec(text);
  let end = comment?.index ?? text.length;
  while (end > 0 && IS_SPACE.test(text[end - 1] as string)) end -= 1;
  return text.slice(0, end);
}
