import { createHash, type Hash } from "node:crypto";
import type { z } from "zod";
import {
  KINDS,
  type PerKind,
  perKind,
  type StoredRecord,
} from "../../application/transfer/stored-records.ts";
import { type ExportHead, endSchema, headSchema, VERSION } from "./frame.ts";
import { BadExport, linesOf } from "./lines.ts";
import { recordOf } from "./records.ts";

/** An open export. */
export interface OpenedExport {
  readonly head: ExportHead;
  /** Can be read once. @throws BadExport at the first wrong line, or at the end if records are missing */
  readonly records: AsyncIterable<StoredRecord>;
}

/** Reads the first line of an export. @throws BadExport */
export async function openExport(chunks: AsyncIterable<Uint8Array>): Promise<OpenedExport> {
  const lines = linesOf(chunks);
  const hash = createHash("sha256");
  const { value: first } = await lines.next();
  const head = headSchema.safeParse(first && parsed(first, 1));
  if (!first || !head.success) throw new BadExport(1, "this is no export of this program");
  const { version, keys, secret } = head.data;
  if (version !== VERSION) {
    throw new BadExport(1, `the export is of version ${version}, and this program reads ${VERSION}`);
  }
  hash.update(first);
  return { head: { keys, secret }, records: recordsIn(lines, hash) };
}

async function* recordsIn(lines: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<StoredRecord> {
  const counts = perKind(() => 0);
  let number = 1;
  let isOver = false;
  for await (const line of lines) {
    number += 1;
    if (isOver) throw new BadExport(number, "something follows the end");
    const json = parsed(line, number);
    if ("end" in json) {
      isOver = true;
      checkEnd(endSchema.safeParse(json), counts, hash.digest("hex"), number);
    } else {
      const record = asRecord(json, number);
      counts[record.kind] += 1;
      hash.update(line);
      yield record;
    }
  }
  if (!isOver) throw new BadExport(number, "the end is missing: this is not the whole export");
}

function checkEnd(
  end: z.ZodSafeParseResult<z.infer<typeof endSchema>>,
  counts: PerKind<number>,
  sha256: string,
  line: number,
): void {
  if (!end.success) throw new BadExport(line, "the end cannot be read");
  const { counts: expected, sha256: expectedHash } = end.data.end;
  if (KINDS.some((kind) => counts[kind] !== expected[kind])) {
    throw new BadExport(line, "the number of records before it does not match");
  }
  if (sha256 !== expectedHash) throw new BadExport(line, "something before it was changed");
}

function asRecord(json: Readonly<Record<string, unknown>>, line: number): StoredRecord {
  try {
    return recordOf(json);
  } catch (error) {
    throw new BadExport(line, (error as Error).message);
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function parsed(line: Buffer, number: number): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(utf8.decode(line));
    if (typeof json === "object" && json !== null) return json as Record<string, unknown>;
  } catch {
    // the parser's message would repeat the content
  }
  throw new BadExport(number, "it is no JSON object");
}
