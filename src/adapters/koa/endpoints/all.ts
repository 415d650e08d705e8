import type { Endpoint } from "../endpoint.ts";
import { accountEndpoints } from "./account.ts";
import { factorEndpoints } from "./factors.ts";
import { healthEndpoints } from "./health.ts";
import { oauthEndpoints } from "./oauth.ts";
import { publishedEndpoints } from "./published.ts";
import { recoveryEndpoints } from "./recovery.ts";
import { sessionEndpoints } from "./sessions.ts";
import { signInEndpoints } from "./sign-in.ts";

/**
 * Every endpoint by its id, in the groups and the order of the OpenAPI description. Nothing else is routed or
 * described.
 */
export const ENDPOINTS = {
  Account: { ...signInEndpoints, ...accountEndpoints },
  Factors: factorEndpoints,
  Sessions: sessionEndpoints,
  Recovery: recoveryEndpoints,
  OAuth: oauthEndpoints,
  Published: publishedEndpoints,
  Health: healthEndpoints,
} as const satisfies Readonly<Record<string, Readonly<Record<string, Endpoint>>>>;

type Groups = typeof ENDPOINTS;

/** The operation ids, which generated clients use as the names of calls. */
export type EndpointId = { [Group in keyof Groups]: keyof Groups[Group] }[keyof Groups];

type NamedUseCases = Intersection<
  { [Group in keyof Groups]: UseCasesOf<Groups[Group][keyof Groups[Group]]> }[keyof Groups]
>;

/** The use cases of all endpoints together. */
export type EndpointUseCases = { readonly [Name in keyof NamedUseCases]: NamedUseCases[Name] };

type UseCasesOf<E> = E extends { readonly handle: (request: never, useCases: infer U) => unknown }
  ? unknown extends U
    ? never
    : U
  : never;

/** A & B & … of A | B | … */
type Intersection<Union> = (Union extends unknown ? (each: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;

export const ALL_ENDPOINTS: readonly Endpoint[] = Object.values(ENDPOINTS).flatMap((group) =>
  Object.values<Endpoint>(group),
);
