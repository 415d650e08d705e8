import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiResponseObject } from "zod-openapi";
import { type Answers, schemaOf } from "./answers.ts";
import { type Credential, type Endpoint, GUARDED } from "./endpoint.ts";
import { ENDPOINTS } from "./endpoints/all.ts";
import { CODES, HttpProblem, oauthBody, type ProblemCode, problemBody, statusOf } from "./problem.ts";
import { MEANINGS } from "./problem-meanings.ts";
import { oauthError, problem } from "./problem-schemas.ts";

export interface DescriptionOptions {
  readonly issuer: string;
  readonly version: string;
}

/** The description of all endpoints (OpenAPI 3.1), derived from their declarations. */
export function describeApi({ issuer, version }: DescriptionOptions): ReturnType<typeof createDocument> {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const [tag, group] of Object.entries(ENDPOINTS)) {
    for (const [id, endpoint] of Object.entries<Endpoint>(group)) {
      const [method = "", path = ""] = endpoint.call.split(" ");
      paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(tag, id, path, endpoint) };
    }
  }
  return createDocument({
    openapi: "3.1.1",
    info: {
      title: "HBTU Connect Auth",
      version,
      license: { name: "MIT", identifier: "MIT" },
      description:
        "Register, log in, refresh, revoke. A refusal is a problem document (RFC 9457) whose `code` says why and never changes; " +
        "at the OAuth endpoints it is what RFC 6749 asks for.",
    },
    // relative to the URL of the description itself, so that it is right behind any proxy
    servers: [{ url: "./" }, { url: issuer }],
    tags: Object.keys(ENDPOINTS).map((name) => ({ name })),
    paths,
    components: { securitySchemes: SECURITY_SCHEMES, headers: HEADERS, examples: examplesOf(issuer) },
  });
}

const SECURITY_SCHEMES = {
  access_token: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "The `access_token` of a login, registration or refresh.",
  },
  refresh_token: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "The `refresh_token` of a login or registration.",
  },
  client: { type: "http", scheme: "basic", description: "An API that is named in INTROSPECTION_CLIENTS." },
} as const;

const SECURITY: Readonly<Record<Credential, Record<string, string[]>[]>> = {
  access: [{ access_token: [] }],
  any_access: [{ access_token: [] }],
  refresh: [{ refresh_token: [] }],
  either: [{ access_token: [] }, { refresh_token: [] }],
  former: [{}, { access_token: [] }, { refresh_token: [] }],
  // also in the form
  client: [{}, { client: [] }],
};

const text = { type: "string" } as const;
const HEADERS = {
  RequestId: { required: true, schema: text, description: "The id of the request, as in the log." },
  Challenge: {
    required: true,
    schema: text,
    description: "RFC 6750, section 3; for client authentication, RFC 7617.",
  },
  RetryAfter: { required: true, schema: { type: "integer", minimum: 1 }, description: "Seconds to wait." },
} as const;

const TOKEN_CODES = ["malformed_request", "missing_token", "invalid_token", "revoked_token"] as const;
const REFUSALS_FOR: Readonly<Record<Credential, readonly ProblemCode[]>> = {
  access: [...TOKEN_CODES, "expired_token", "second_factor_required"],
  any_access: [...TOKEN_CODES, "expired_token"],
  refresh: [...TOKEN_CODES, "expired_token"],
  either: TOKEN_CODES,
  former: [],
  client: ["invalid_client"],
};
const REFUSALS_OF_BODIES: readonly ProblemCode[] = [
  "malformed_request",
  "validation_failed",
  "body_too_large",
  "unsupported_media_type",
];
/** Refusals before the call is known, which are therefore the same for all calls. */
const UNREADABLE: readonly ProblemCode[] = ["request_timeout", "headers_too_large"];

/** Every code that the endpoint can be refused with. */
function refusalsOf({ needs, hashes, body, refusals = [], needsNoStorage }: Endpoint): ProblemCode[] {
  const codes: readonly ProblemCode[] = [
    ...(needs ? REFUSALS_FOR[needs] : []),
    ...(body ? REFUSALS_OF_BODIES : []),
    ...(hashes ? GUARDED : []),
    ...refusals,
    ...(needsNoStorage ? [] : (["storage_unavailable"] as const)),
    "internal_error",
    ...UNREADABLE,
  ];
  return [...new Set(codes)];
}

function operationOf(tag: string, id: string, path: string, endpoint: Endpoint): ZodOpenApiOperationObject {
  const { summary, needs, body, types = ["application/json"], answers } = endpoint;
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => String(name));
  const responses: Record<string, ZodOpenApiResponseObject> = {};
  for (const [status, answer] of Object.entries(answers))
    responses[status] = answerOf(Number(status), answer);
  const refusals = refusalsOf(endpoint);
  for (const status of new Set(refusals.map(statusOf))) {
    const codes = refusals.filter((code) => statusOf(code) === status);
    responses[status] ??= refusalOf(status, codes, path.startsWith("/oauth/"));
  }
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(needs && { security: SECURITY[needs] }),
    ...(names.length > 0 && {
      parameters: names.map((name) => ({ name, in: "path", required: true, schema: text }) as const),
    }),
    ...(body && {
      requestBody: {
        required: true,
        content: Object.fromEntries(types.map((type) => [type, { schema: body }])),
      },
    }),
    responses: responses as ZodOpenApiOperationObject["responses"],
  };
}

function answerOf(status: number, answer: Answers[number]): ZodOpenApiResponseObject {
  const schema = schemaOf(answer);
  return {
    description: status === 503 ? "Not now" : "Done",
    headers: headersOf(status),
    ...(schema && { content: { "application/json": { schema } } }),
  };
}

function refusalOf(
  status: number,
  codes: readonly ProblemCode[],
  isOAuth: boolean,
): ZodOpenApiResponseObject {
  const isOfOAuth = isOAuth && !UNREADABLE.some((code) => codes.includes(code));
  const [type, schema, suffix] = isOfOAuth
    ? (["application/json", oauthError, OF_OAUTH] as const)
    : (["application/problem+json", problem, ""] as const);
  const examples = codes.map((code) => [code, { $ref: `#/components/examples/${code}${suffix}` }]);
  return {
    description: codes.map((code) => `\`${code}\``).join(", "),
    headers: headersOf(status),
    content: { [type]: { schema, examples: Object.fromEntries(examples) } },
  };
}

/** The suffix of an example's name for answers of the OAuth endpoints. */
const OF_OAUTH = ".oauth";

/** An example answer for each code. */
function examplesOf(issuer: string) {
  return Object.fromEntries(
    CODES.flatMap((code) => {
      const [summary] = MEANINGS[code];
      const refusal = new HttpProblem(code, summary);
      const value = problemBody(issuer, "e18a671d-1570-4da5-852f-afe005be5b07", refusal);
      return [
        [code, { summary, value }],
        [`${code}${OF_OAUTH}`, { summary, value: oauthBody(refusal) }],
      ];
    }),
  );
}

function headersOf(status: number) {
  return {
    "X-Request-Id": { $ref: "#/components/headers/RequestId" },
    ...(status === 401 && { "WWW-Authenticate": { $ref: "#/components/headers/Challenge" } }),
    ...((status === 429 || status === 503) && { "Retry-After": { $ref: "#/components/headers/RetryAfter" } }),
  };
}
