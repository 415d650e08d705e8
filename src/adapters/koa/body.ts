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

/** How UTF-8 is called (WHATWG Encoding, section 4.2: the two labels in use). */
const UTF_8 = new Set(["utf-8", "utf8"]);

/**
 * Reads the bytes and nothing more: parsed by the library, a body of bytes that are not UTF-8, with a byte
 * order mark or with nested form fields would arrive as if it were well-formed.
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

/** The fields of a body. */
export type BodyFields = Readonly<Record<string, string | undefined>>;

export interface BodyOptions<T> {
  /** The media types that the call takes, where it is not JSON alone. */
  readonly types?: readonly MediaType[] | undefined;
  /** The further faults of a body that the schema refuses; a field that is missing or unreadable is `""` there. */
  readonly faultsOf?: ((texts: T) => readonly FieldFault[]) | undefined;
}

/**
 * The body of the request, if it is what the schema says.
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

/** As curl sends it by default. No form that anybody means begins so. */
function isJsonSentAsForm(mediaType: MediaType, text: string): boolean {
  return mediaType === "application/x-www-form-urlencoded" && text.trimStart().startsWith("{");
}

/** What the rules say of the fields that the schema has nothing against. */
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

/** RFC 9110, section 8.3: parameters other than the charset mean nothing here, and refuse nothing. */
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
