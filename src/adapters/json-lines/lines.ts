/** Far longer than any record. */
const MAX_BYTES = 1_048_576;

const NEWLINE = 0x0a;

/** A text that is no valid export. Names the line that is wrong, but not its content. */
export class BadExport extends Error {
  override readonly name = "BadExport";

  constructor(line: number, what: string) {
    super(`line ${line}: ${what}`);
  }
}

/** The lines of a text, each with its line end. @throws BadExport if one is too long or has no end */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let length = 0;
  let line = 1;
  for await (const chunk of chunks) {
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      yield Buffer.concat([...parts, rest.subarray(0, end + 1)]);
      parts = [];
      length = 0;
      line += 1;
      rest = rest.subarray(end + 1);
    }
    parts.push(rest);
    length += rest.length;
    if (length > MAX_BYTES) throw new BadExport(line, "it is too long for a record");
  }
  if (length > 0) throw new BadExport(line, "the text breaks off: this is not the whole export");
}
