import type { z } from "zod";
import type { FieldFaults } from "../../application/accounts/field-faults.ts";
import type { EarlyHashRequest } from "../../application/limits/hash-request.ts";
import type { Cancellation } from "../../application/ports/cancellation.ts";
import type { FieldFault } from "../../domain/errors.ts";
import type { Client } from "../../domain/session.ts";
import type { Answer, Answers, HandlerResult, OnlyFieldsOf } from "./answers.ts";
import type { BodyFields, MediaType } from "./body.ts";
import type { ProblemCode } from "./problem.ts";
import type { Service } from "./service.ts";

/**
 * Declares one HTTP call: its request, its answers and its handler. The router, the checks of credentials and
 * bodies, and the OpenAPI description are all derived from these declarations.
 */
export interface Endpoint extends Declaration {
  /**
   * Finds faults by the domain's rules in a body that the schema refuses, so that one answer names all faults.
   */
  readonly faultsOf?: ((rules: FieldFaults, body: never) => readonly FieldFault[]) | undefined;
  readonly handle: (request: never, useCases: never) => HandlerResult | Promise<HandlerResult>;
}

/** The part of the declaration that clients see. */
interface Declaration {
  /** The method and the path, with parameters as `{name}`. */
  readonly call: Call;
  readonly summary: string;
  /** The required credential, which is checked before the body is read. */
  readonly needs?: Credential | undefined;
  /**
   * Whether it hashes a password. If so, `handle` gets a `signal`, and the call can be refused with the codes
   * in `GUARDED`.
   */
  readonly hashes?: true | undefined;
  /**
   * Refuses the call with `overloaded` before any other check if the hash queue has no place for such a
   * request.
   */
  readonly refusedIfQueueFull?: Pick<EarlyHashRequest, "isNewcomer">;
  readonly body?: z.ZodType<BodyFields> | undefined;
  /** The media types of the body. Default: JSON. */
  readonly types?: readonly MediaType[];
  /** The successful answers by status. Refusals are problem documents and are not listed here. */
  readonly answers: Answers;
  /**
   * The codes of refusals, in addition to those of every call and those implied by `needs`, `hashes` and
   * `body`.
   */
  readonly refusals?: readonly ProblemCode[];
  /** Whether it needs no storage and is therefore also served while the service starts. */
  readonly needsNoStorage?: true;
  /** Further paths of the same call, for an issuer whose URL has a path. */
  readonly aliases?: (issuerPath: string) => readonly string[];
}

/** The methods that calls may have, in the order in which `Allow` names them. */
export const METHODS = ["GET", "POST", "PATCH", "DELETE"] as const;

/** The line by which a call is known: `POST /api/logout`. */
export type Call = `${(typeof METHODS)[number]} /${string}`;

/**
 * An `access` or `refresh` token, or `either` of them, as the bearer token (RFC 6750); `any_access`
 * for an access token that may be limited, which is good only for setting up or confirming a second factor; a `former` token, which is
 * optional and may have expired; or the secret of a `client` (RFC 6749, section 2.3.1).
 */
export type Credential = "access" | "any_access" | "refresh" | "either" | "former" | "client";

/** The limits on guessing passwords, and on hashing them. */
export const GUARDED = ["too_many_attempts", "overloaded"] as const satisfies ProblemCode[];

/**
 * Declares an endpoint. The types of `token`, `body`, `params` and `signal` follow from the declaration, and
 * `handle` must return one of the declared answers. The type of its second parameter names the use cases that
 * it needs, and the container must provide them.
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

/** A declared endpoint with the type of its `handle`. */
export interface Declared<Handle> extends Declaration {
  readonly faultsOf?: Endpoint["faultsOf"];
  readonly handle: Handle;
}

/** A request that has passed its endpoint's checks. */
export interface Request<C, N, H, B> {
  readonly token: TokenOf<N>;
  readonly body: BodyOf<B>;
  readonly params: Readonly<Record<ParamsOf<C>, string>>;
  readonly client: Client;
  /** Aborted once the connection is closed or the answer is sent. */
  readonly signal: H extends true ? Cancellation : undefined;
  readonly service: Service;
}

type TokenOf<N> = N extends "former"
  ? string | undefined
  : N extends "access" | "any_access" | "refresh" | "either"
    ? string
    : undefined;
type BodyOf<B> = B extends z.ZodType ? z.infer<B> : undefined;
type ParamsOf<C> = C extends `${string}{${infer Name}}${infer Rest}` ? Name | ParamsOf<Rest> : never;
