import { z } from "zod";
import { KINDS } from "../../application/transfer/stored-records.ts";

/** The first and the last line of an export, which frame the records. */

export const FORMAT = "hbtu-connect-auth export";
export const VERSION = 1;

/** The first line. It has no time or place, so that equal storages give equal exports. */
export interface ExportHead {
  /** Whether the export includes the signing keys. */
  readonly keys: boolean;
  /** The fingerprint of the storage's SECRET_KEY. */
  readonly secret: string;
}

export const headSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.int(),
  keys: z.boolean(),
  secret: z.string().max(100),
});

/** The last line: the number of records of each kind, and the SHA-256 of all bytes before this line. */
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
