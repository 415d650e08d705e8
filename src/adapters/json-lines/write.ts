import { createHash } from "node:crypto";
import { type PerKind, perKind, type StoredRecord } from "../../application/transfer/stored-records.ts";
import { type ExportHead, FORMAT, VERSION } from "./frame.ts";
import { lineOf } from "./records.ts";

const PIECE_LENGTH = 65_536;

/** An export as text in pieces, and the number of records of each kind written so far. */
export interface ExportText {
  readonly text: AsyncIterable<string>;
  readonly counts: Readonly<PerKind<number>>;
}

export function exportText(head: ExportHead, records: AsyncIterable<StoredRecord>): ExportText {
  const counts = perKind(() => 0);
  return { text: pieces(head, records, counts), counts };
}

async function* pieces(
  { keys, secret }: ExportHead,
  records: AsyncIterable<StoredRecord>,
  counts: PerKind<number>,
): AsyncGenerator<string> {
  const hash = createHash("sha256");
  let piece = `${JSON.stringify({ format: FORMAT, version: VERSION, keys, secret })}\n`;
  for await (const record of records) {
    if (piece.length >= PIECE_LENGTH) {
      hash.update(piece);
      yield piece;
      piece = "";
    }
    piece += `${lineOf(record)}\n`;
    counts[record.kind] += 1;
  }
  const sha256 = hash.update(piece).digest("hex");
  yield `${piece}${JSON.stringify({ end: { counts, sha256 } })}\n`;
}
