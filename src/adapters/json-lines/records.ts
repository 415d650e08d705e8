import { z } from "zod";
import {
  KINDS,
  type Kind,
  type RecordTypes,
  type StoredRecord,
} from "../../application/transfer/stored-records.ts";
import { NO_FACTORS } from "../../domain/factors/factors.ts";
import { type StoredSession, withAuthentication } from "../../domain/session.ts";

/** Control characters and lone surrogates cannot be keys in every storage. */
const plain = z.string().regex(/^[^\p{Cc}\p{Cs}]+$/u);
const id = z
  .string()
  .max(900)
  .regex(/^[!-~]+$/);
const identifier = z.strictObject({ shown: plain.max(1024), canonical: plain.max(254) });
const count = z.int().min(0);
const date = z.iso.datetime({ precision: 3 }).transform((text) => new Date(text));

const sealed = z.string().max(4_096);
const totp = z.strictObject({ id, sealedSecret: sealed });

/** The fields of each kind, in the order in which they are written. */
const SCHEMAS = {
  setting: z.strictObject({ name: id, value: z.string().max(10_000) }),
  signing_key: z.strictObject({
    kid: id,
    algorithm: id,
    sequence: z.int().min(1),
    publicJwk: z.record(z.string(), z.json()),
    sealedPrivateKey: z.string().optional(),
    createdAt: date,
    activeAt: date,
  }),
  session: z.strictObject({
    id,
    userId: id,
    epoch: count,
    generation: count,
    generationStartedAt: date,
    createdAt: date,
    lastUsedAt: date,
    expiresAt: date,
    userAgent: z.string().max(1024),
    ip: z.string().max(100),
    // earlier exports lack these fields
    authenticatedAt: date.optional(),
    amr: z.array(id).max(20).optional(),
  }),
  revocation: z.strictObject({ key: id, until: date }),
  user: z.strictObject({
    id,
    username: identifier,
    email: identifier,
    emailVerified: z.boolean(),
    passwordHash: z.string().max(1024),
    createdAt: date,
    epoch: count,
    keptSession: id.optional(),
    disabled: z.boolean(),
    // earlier exports lack this field
    unlocks: count.default(0),
    legacyIdentity: z.string().max(1024).optional(),
    linksSince: date.optional(),
    factors: z
      .strictObject({
        revision: count,
        totp: totp.extend({ createdAt: date, lastStep: count }).optional(),
        pendingTotp: totp.extend({ epoch: count, expiresAt: date }).optional(),
        recoveryCodes: z
          .strictObject({ id, sealedKey: sealed, hashes: z.array(z.string().max(128)).max(100) })
          .optional(),
      })
      .transform((factors) => ({ ...NO_FACTORS, ...factors }))
      .optional(),
    emailHistory: z
      .strictObject({
        revision: count,
        former: z.array(z.strictObject({ revision: count, until: date })).max(100),
      })
      .optional(),
  }),
} satisfies { readonly [K in Kind]: SchemaOf<ReadTypes[K]> };

/** The records as exports of any version have them. */
type ReadTypes = Omit<RecordTypes, "session"> & { readonly session: StoredSession };

/** A schema that covers every field of `T`: leaving one out is a compile error, even an optional one. */
type SchemaOf<T> = z.ZodType<Readable<T>> & { readonly shape: Readonly<Record<keyof T, unknown>> };

/** Absent fields are left out, because JSON has no `undefined`. */
type Readable<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: T[K];
};

const FIELDS = Object.fromEntries(KINDS.map((kind) => [kind, Object.keys(SCHEMAS[kind].shape)])) as Record<
  Kind,
  string[]
>;

/** A record as one line of JSON: an object with the record under its kind. Dates are in RFC 3339 format. */
export function lineOf({ kind, value }: StoredRecord): string {
  return JSON.stringify({ [kind]: picked(kind, value) });
}

/**
 * Parses the record in such an object.
 * @throws Error that names the fault but not the content
 */
export function recordOf(line: Readonly<Record<string, unknown>>): StoredRecord {
  const [kind, ...more] = Object.keys(line);
  if (!isKind(kind) || more.length > 0) throw new Error("it is of no kind that this program knows");
  const result = SCHEMAS[kind].safeParse(line[kind]);
  if (!result.success) {
    const [field] = result.error.issues[0]?.path ?? [];
    throw new Error(field === undefined ? `it is no ${kind}` : `${String(field)} of the ${kind} is wrong`);
  }
  const value = kind === "session" ? withAuthentication(result.data as StoredSession) : result.data;
  return { kind, value: picked(kind, value) } as StoredRecord;
}

function isKind(text: string | undefined): text is Kind {
  return KINDS.some((kind) => kind === text);
}

/** All fields of the kind in order, absent ones as `undefined`. */
function picked(kind: Kind, value: object): object {
  return Object.fromEntries(FIELDS[kind].map((name) => [name, (value as Record<string, unknown>)[name]]));
}
