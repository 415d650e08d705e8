import { z } from "zod";
import type { Content } from "./content.ts";

/** The declared answer for each status; `null` if there is no body. */
export type Answers = Readonly<Record<number, z.ZodType | Sentence<object | undefined> | Prepared | null>>;

/** An answer with a fixed `message`, and the type of its other fields. */
export interface Sentence<Rest> {
  readonly message: string;
  readonly schema: z.ZodType;
  /** Exists only for the compiler. */
  readonly rest?: Rest;
}

/**
 * Declares an answer with a fixed `message`, which the endpoint's `handle` leaves out.
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

/** A JSON answer with prepared bytes, which `handle` returns as `content`. */
export interface Prepared {
  readonly schema: z.ZodType;
  readonly isPrepared: true;
}

/** The schema of the body; `null` if there is none. */
export function schemaOf(answer: Answers[number]): z.ZodType | null {
  return answer !== null && "schema" in answer ? answer.schema : answer;
}

/** The fixed `message` of the answer, if it has one. */
export function messageOf(answer: Answers[number] | undefined): string | undefined {
  return answer && "message" in answer ? answer.message : undefined;
}

/** The schema of the field `message`. */
export function sentenceFor(example: string) {
  return z.string().meta({ example, description: "A sentence for people." });
}

/** The result of `handle` as the router sees it. */
export interface HandlerResult {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | undefined;
  readonly content?: Content;
}

/** The results that `handle` may return for these declared answers. */
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
 * Makes fields that the schema lacks a compile error. TypeScript itself lets functions return objects with more
 * fields than their type.
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
