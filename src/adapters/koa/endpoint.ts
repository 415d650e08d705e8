import { z } from "zod";
import type { FieldFaults } from "../../application/accounts/field-faults.ts";
import type { EarlyHashRequest } from "../../application/limits/hash-request.ts";
import type { Cancellation } from "../../application/ports/cancellation.ts";
import type { FieldFault } from "../../domain/errors.ts";
import type { Client } from "../../domain/session.ts";
import type { BodyFields, MediaType } from "./body.ts";
import type { Content } from "./content.ts";
import type { ProblemCode } from "./problem.ts";
import type { Service } from "./service.ts";

/**
 * One call over HTTP: what it takes, what it answers and what it does. The router, the checks of credentials and
 * bodies, and the OpenAPI description are made of these declarations and of nothing else.
 */
export interface Endpoint extends Declaration {
  /** The faults by the rules of the domain in a body that the schema refuses, so that one answer names all. */
  readonly faultsOf?: ((rules: FieldFaults, body: never) => readonly FieldFault[]) | undefined;
  readonly handle: (request: never, useCases: never) => Answered | Promise<Answered>;
}

/** What an endpoint says of itself to those who make the call. */
interface Declaration {
  /** The method and the path, with parameters as `{name}`. */
  readonly call: Call;
  readonly summary: string;
  /** The credential without which the call is refused, before its body is read. */
  readonly needs?: Credential | undefined;
  /** Whether it hashes a password: `handle` gets a `signal`, and the call can be refused as `GUARDED` says. */
  readonly hashes?: true | undefined;
  /** Refuses the call with `overloaded` before anything else where such a request would find no place for hashing. */
  readonly refusedEarly?: Pick<EarlyHashRequest, "isNewcomer">;
  readonly body?: z.ZodType<BodyFields> | undefined;
  /** The media types of the body, where it is not JSON alone. */
  readonly types?: readonly MediaType[];
  /** What is answered by status. Refusals are problem documents and are not listed here. */
  readonly answers: Answers;
  /** The codes of refusals, besides those that every call has, or that follow from `needs`, `hashes` and `body`. */
  readonly refusals?: readonly ProblemCode[];
  /** Whether it needs no storage, and so is also served while the service starts. */
  readonly isAlone?: true;
  /** Further paths of the same call, for an issuer whose URL has a path. */
  readonly aliases?: (issuerPath: string) => readonly string[];
}

export type Call = `${"GET" | "POST" | "PATCH" | "DELETE"} /${string}`;

/** A bearer token, the access or the refresh token or either; a `former` token, optional and of any age; a client's secret. */
export type Credential = "access" | "refresh" | "either" | "former" | "client";

/** By status, the schema of the body; `null` where there is none. */
export type Answers = Readonly<Record<number, z.ZodType | Sentence<object | undefined> | null>>;

/** An answer whose `message` is always the same, and the type of what else it has. */
export interface Sentence<Rest> {
  readonly message: string;
  readonly schema: z.ZodType;
  /** For the compiler alone. */
  readonly rest?: Rest;
}

/** @param fields - What the body has besides `message`: this is what `handle` returns as the body */
export function says(message: string): Sentence<undefined>;
export function says<Fields extends z.ZodRawShape>(
  message: string,
  fields: Fields,
): Sentence<z.infer<z.ZodObject<Fields>>>;
export function says(message: string, fields: z.ZodRawShape = {}): Sentence<object | undefined> {
  return { message, schema: z.object({ message: sentenceFor(message), ...fields }) };
}

export function isSentence(answer: Answers[number] | undefined): answer is Sentence<object | undefined> {
  return answer !== undefined && answer !== null && "schema" in answer;
}

/** The field `message` of an answer, with one that it may be. */
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

/** The limits on guessing passwords, and on hashing them. */
export const GUARDED = ["too_many_attempts", "overloaded"] as const satisfies ProblemCode[];

/**
 * The declaration as it is, with `handle` checked against the rest of it: `token`, `body`, `params` and `signal` are of
 * the types that follow, and it must return one of `answers` with exactly its fields. The use cases that it needs are
 * named by the type of its second parameter.
 * @example
 * endpoint({
 *   call: "POST /api/logout",
 *   summary: "End this session",
 *   needs: "either",
 *   answers: { 200: says("Logged out") },
 *   handle: async ({ token }, { logout }: { logout: Logout }) => {
 *     await logout(token);
 *     return { status: 200 };
 *   },
 * });
 */
export function endpoint<
  const C extends Call,
  A extends Answers,
  N extends Credential | undefined = undefined,
  H extends true | undefined = undefined,
  B extends z.ZodType<BodyFields> | undefined = undefined,
  U = unknown,
  const R extends Answer<A> = Answer<A>,
>(
  declared: Declaration & {
    readonly call: C;
    readonly needs?: N;
    readonly hashes?: H;
    readonly body?: B;
    readonly faultsOf?: (rules: FieldFaults, body: BodyOf<B>) => readonly FieldFault[];
    readonly answers: A;
    readonly handle: (
      request: Request<C, N, H, B>,
      useCases: U,
    ) => (R & OnlyFieldsOf<R, A>) | Promise<R & OnlyFieldsOf<R, A>>;
  },
): Declared<(request: Request<C, N, H, B>, useCases: U) => R | Promise<R>> {
  return declared;
}

/** An endpoint whose `handle` has this type. */
export interface Declared<Handle> extends Declaration {
  readonly faultsOf?: Endpoint["faultsOf"];
  readonly handle: Handle;
}

/** A request that has passed the checks that its endpoint declares. */
export interface Request<C, N, H, B> {
  readonly token: TokenOf<N>;
  readonly body: BodyOf<B>;
  readonly params: Readonly<Record<ParamsOf<C>, string>>;
  readonly client: Client;
  /** Aborted once the client has gone. */
  readonly signal: H extends true ? Cancellation : undefined;
  readonly service: Service;
}

type TokenOf<N> = N extends "former"
  ? string | undefined
  : N extends "access" | "refresh" | "either"
    ? string
    : undefined;
type BodyOf<B> = B extends z.ZodType ? z.infer<B> : undefined;
type ParamsOf<C> = C extends `${string}{${infer Name}}${infer Rest}` ? Name | ParamsOf<Rest> : never;

/** What may be answered where these are declared. */
type Answer<A> = {
  [S in keyof A]: { readonly status: S; readonly headers?: Readonly<Record<string, string>> } & Said<A[S]>;
}[keyof A];

type Said<T> =
  T extends Sentence<infer Rest>
    ? Rest extends object
      ? { readonly body: Rest }
      : { readonly body?: undefined }
    : T extends z.ZodType
      ? { readonly body: z.infer<T> } | { readonly content: Content }
      : { readonly body?: undefined };

/** Makes fields of the body `never` that the schema does not have: functions may return them as far as TypeScript cares. */
type OnlyFieldsOf<R, A> = { readonly body?: { readonly [Field in ExcessOf<R, A>]?: never } };
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
