import { z } from "zod";
import type { Content } from "./content.ts";

/** By status, the schema of the body or more about it; `null` where there is no body. */
export type Answers = Readonly<Record<number, z.ZodType | Sentence<object | undefined> | Prepared | null>>;

/** An answer whose `message` is always the same, and the type of what else it has. */
export interface Sentence<Rest> {
  readonly message: string;
  readonly schema: z.ZodType;
  /** For the compiler alone. */
  readonly rest?: Rest;
}

/**
 * An answer whose `message` is always this one; the endpoint's `handle` leaves it out.
 * @param fields - The other fields of the body, which `handle` returns
 */
export function says(message: string): Sentence<undefined>;
export function says<Fields extends z.ZodRawShape>(
  message: string,
  fields: Fields,
): Sentence<z.infer<z.ZodObject<Fields>>>;
export function says(message: string, fields: z.ZodRawShape = {}): Sentence<object | undefined> {
  return { message, schema: z.object({ message: sentenceFor(message), ...fields }) };
}

/** A JSON answer whose bytes are made once: `handle` returns them as `content`. */
export interface Prepared {
  readonly schema: z.ZodType;
  readonly isPrepared: true;
}

/** The schema of the body; `null` where there is none. */
export function schemaOf(answer: Answers[number]): z.ZodType | null {
  return answer !== null && "schema" in answer ? answer.schema : answer;
}

/** The `message` that the answer always has. */
export function messageOf(answer: Answers[number] | undefined): string | undefined {
  return answer && "message" in answer ? answer.message : undefined;
}

/** The field `message` of an answer. */
export function sentenceFor(example: string) {
  return z.string().meta({ example, description: "A sentence for people." });
}

/** What `handle` returns, as the router sees it. */
export interface Answered {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | undefined;
  readonly content?: Content;
}

/** What `handle` may return where these answers are declared. */
export type Answer<A> = {
  [S in keyof A]: { readonly status: S; readonly headers?: Readonly<Record<string, string>> } & BodyOrContent<
    A[S]
  >;
}[keyof A];

type BodyOrContent<T> =
  T extends Sentence<infer Rest>
    ? Rest extends object
      ? { readonly body: Rest }
      : { readonly body?: undefined }
    : T extends Prepared
      ? { readonly content: Content }
      : T extends z.ZodType
        ? { readonly body: z.infer<T> }
        : { readonly body?: undefined };

/**
 * Refuses fields of the body that the schema does not have. TypeScript alone lets functions return objects with more
 * fields than their type has.
 */
export type OnlyFieldsOf<R, A> = { readonly body?: { readonly [Field in ExcessOf<R, A>]?: never } };
type ExcessOf<R, A> = R extends { readonly status: infer S; readonly body: infer Body }
  ? Body extends object
    ? Exclude<keyof Body, FieldsOf<Extract<Answer<A>, { readonly status: S }>>>
    : never
  : never;
type FieldsOf<T> = T extends { readonly body: infer Body }
  ? Body extends unknown
    ? keyof Body
    : never
  : never;
