import { parse } from "content-type";
import type { Context } from "koa";
import bodyParser from "koa-bodyparser";
import type { z } from "zod";
import type { FieldFault } from "../../domain/errors.ts";
import { HttpProblem } from "./problem.ts";

const MAX_BODY_BYTES = 16 * 1024;

export type MediaType = "application/json" | "application/x-www-form-urlencoded";

const JSON_ONLY = ["application/json"] as const;
export const FORM_ONLY = ["application/x-www-form-urlencoded"] as const;
export const JSON_OR_FORM = [...JSON_ONLY, ...FORM_ONLY] as const;

/** The labels of UTF-8 that are in use (WHATWG Encoding, section 4.2). */
const UTF_8 = new Set(["utf-8", "utf8"]);

/**
 * Reads only the bytes. The library's own parsers would accept bytes that are not UTF-8, a byte order mark and
 * nested form fields.
 */
const readBytes = bodyParser({
  enableTypes: ["text"],
  extendTypes: { text: ["application/json", "application/x-www-form-urlencoded"] },
  textLimit: `${MAX_BODY_BYTES}b`,
  encoding: "latin1",
});

const parsers: Record<MediaType, (text: string) => unknown> = {
  "application/json": parseJson,
  "application/x-www-form-urlencoded": parseForm,
};

/** The fields of a body. A form has texts only. */
export type BodyFields = Readonly<Record<string, string | boolean | undefined>>;

export interface BodyOptions<T> {
  /** The media types that the call accepts. Default: JSON. */
  readonly types?: readonly MediaType[] | undefined;
  /** Further faults of a body that the schema refuses. A missing or unreadable field is passed as `""`. */
  readonly faultsOf?: ((texts: T) => readonly FieldFault[]) | undefined;
}

/**
 * Reads the body of the request and checks it against the schema.
 * @throws HttpProblem `unsupported_media_type`, `body_too_large`, `malformed_request`, `validation_failed`
 */
export async function readBody<T extends BodyFields>(
  ctx: Context,
  schema: z.ZodType<T>,
  { types = JSON_ONLY, faultsOf = () => [] }: BodyOptions<T> = {},
): Promise<T> {
  const mediaType = acceptedMediaType(ctx, types);
  const text = await readText(ctx);
  const body = parsers[mediaType](text);
  const result = schema.safeParse(body, { reportInput: true });
  if (result.success) return result.data;
  const { issues } = result.error;
  const fields = [...issues.flatMap(fieldFaults), ...otherFaults(body, issues, faultsOf)];
  throw new HttpProblem("validation_failed", isJsonSentAsForm(mediaType, text) ? AS_JSON : FIELDS, {
    fields,
  });
}

const FIELDS = "The request has fields that cannot be accepted";
const AS_JSON =
  "The body looks like JSON and was sent as a form: send it with Content-Type: application/json";

/**
 * Whether the body is JSON with the media type of a form, as curl sends it by default. No real form begins like
 * JSON.
 */
function isJsonSentAsForm(mediaType: MediaType, text: string): boolean {
  return mediaType === "application/x-www-form-urlencoded" && text.trimStart().startsWith("{");
}

/** The faults by the domain's rules in fields that the schema accepts. */
function otherFaults<T extends BodyFields>(
  body: unknown,
  issues: readonly z.core.$ZodIssue[],
  faultsOf: (texts: T) => readonly FieldFault[],
): FieldFault[] {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return [];
  const refused = new Set(issues.flatMap(({ path: [name] }) => (name === undefined ? [] : String(name))));
  const blanks = Object.fromEntries([...refused].map((name) => [name, ""]));
  return faultsOf({ ...body, ...blanks } as T).filter(({ path }) => !refused.has(path));
}

/** Parameters other than the charset are ignored (RFC 9110, section 8.3). */
function acceptedMediaType(ctx: Context, accepted: readonly MediaType[]): MediaType {
  const { type, parameters } = parse(ctx.get("Content-Type"));
  const mediaType = accepted.find((candidate) => candidate === type);
  const charset = parameters.charset ?? "utf-8";
  const encoding = ctx.get("Content-Encoding") || "identity";
  if (!mediaType || !UTF_8.has(charset.toLowerCase()) || encoding !== "identity") {
    throw new HttpProblem("unsupported_media_type", `Send ${accepted.join(" or ")} in UTF-8, not compressed`);
  }
  return mediaType;
}

async function readText(ctx: Context): Promise<string> {
  try {
    await readBytes(ctx, async () => {});
  } catch (error) {
    if ((error as { status?: number }).status === 413) {
      throw new HttpProblem("body_too_large", `A body has at most ${MAX_BODY_BYTES} bytes`);
    }
    throw malformed();
  }
  try {
    const bytes = Buffer.from(ctx.request.rawBody ?? "", "latin1");
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return text;
  } catch {
    throw malformed();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, (key, value) => {
      if (key === "__proto__" || (key === "constructor" && isPrototypeHolder(value))) throw malformed();
      return value;
    });
  } catch {
    throw malformed();
  }
}

function isPrototypeHolder(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, "prototype");
}

function parseForm(text: string): unknown {
  const fields: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    if (name === "__proto__" || name in fields) throw malformed();
    fields[name] = value;
  }
  return { ...fields };
}

function malformed(): HttpProblem {
  return new HttpProblem("malformed_request", "The body cannot be read");
}

function fieldFaults(issue: z.core.$ZodIssue): FieldFault[] {
  if (issue.code === "unrecognized_keys") {
    return [{ path: "", code: "unknown_field", message: "There are fields that this call does not know" }];
  }
  const path = issue.path.join(".");
  const isMissing = issue.code === "too_small" || ("input" in issue && issue.input === undefined);
  if (isMissing) return [{ path, code: "required", message: "This Field Cannot be blank" }];
  if (issue.code === "invalid_type")
    return [{ path, code: "wrong_type", message: `Must be a ${issue.expected}` }];
  return [{ path, code: "invalid", message: issue.message }];
}
