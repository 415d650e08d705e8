import type { z } from "zod";
import type { MediaType } from "./body.ts";
import type { ProblemCode } from "./problem.ts";

/** What a call needs to be let in; `former` is a token that may come along, whether it lives or not. */
export type Credential = "access" | "refresh" | "either" | "former" | "client";

/** A call as it is described to those who make it. What every call can be refused with is not repeated here. */
export interface Call {
  /** Names it in clients that are made from the description. */
  readonly id: string;
  readonly summary: string;
  readonly needs?: Credential;
  readonly body?: z.ZodType;
  /** The media types of the body, where it is not JSON alone. */
  readonly types?: readonly MediaType[];
  /** By status, what it says where all is well. */
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
  readonly refusals?: readonly ProblemCode[];
  /** Whether it can be answered without storage, and so is never refused for want of it. */
  readonly isAlone?: true;
}

/** Calls by method and path. */
export type Calls = Readonly<Record<string, Call>>;

/** What keeps passwords from being guessed, and their hashing from taking all there is. */
export const GUARDED = ["too_many_attempts", "overloaded"] as const satisfies ProblemCode[];
