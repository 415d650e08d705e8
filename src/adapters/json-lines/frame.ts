import { z } from "zod";
import { KINDS } from "../../application/transfer/stored-records.ts";

/** What frames the records: the first line and the last. */

export const FORMAT = "hbtu-connect-auth export";
export const VERSION = 1;

/** What an export says of itself before its records. Nothing of when and where: equal storages, equal exports. */
export interface ExportHead {
  /** Whether the signing keys went along. */
  readonly keys: boolean;
  /** Tells the SECRET_KEY of the storage from another one. */
  readonly secret: string;
}

export const headSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.int(),
  keys: z.boolean(),
  secret: z.string().max(100),
});

/** The last line: how many records there are of each kind, and the SHA-256 of all bytes before this line. */
export const endSchema = z.strictObject({
  end: z.strictObject({
    counts: z.strictObject(
      Object.fromEntries(KINDS.map((kind) => [kind, z.int().min(0)])) as Record<
        (typeof KINDS)[number],
        z.ZodInt
      >,
    ),
    sha256: z.string(),
  }),
});
