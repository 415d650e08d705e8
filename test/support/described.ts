import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describeApi } from "../../src/adapters/koa/openapi.ts";
import { PACKAGE } from "../../src/composition/wiring/package.ts";

/** An answer with its body read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a body is whatever the server sent; tests say what it must be
  readonly body: any;
}

/** The description of the calls, as a service with the default settings gives it. */
export const DESCRIPTION = describeApi({ issuer: "http://localhost:5000", version: PACKAGE.version });

// `strict` would reject `example` and other keywords of OpenAPI
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema({ $id: "api:", ...DESCRIPTION });

const compiled = new Map<string, ValidateFunction>();

function faultsIn(body: unknown, pointer: string[]): string {
  const $ref = `api:#/${pointer.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/")}`;
  const validate = compiled.get($ref) ?? ajv.compile({ $ref });
  compiled.set($ref, validate);
  return validate(body) ? "" : ajv.errorsText(validate.errors, { dataVar: "body" });
}

interface DescribedResponse {
  readonly headers?: Readonly<Record<string, object>>;
  readonly content?: Readonly<Record<string, { readonly examples?: object }>>;
}

const paths = DESCRIPTION.paths as Record<
  string,
  Record<string, { responses: Record<string, DescribedResponse> }>
>;

function templateOf(path: string): string | undefined {
  const isOf = (template: string) => new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path);
  return Object.keys(paths).find((template) => template === path) ?? Object.keys(paths).find(isOf);
}

/**
 * Checks an answer of the service against the description of the calls: status, media type, body, code and headers.
 * @throws Error if they differ
 */
export function mustBeAsDescribed(method: string, target: string, answer: Answer): void {
  if (method === "HEAD") return;
  const path = target.replace(/[?#].*/, "");
  const fault = faultOf(method.toLowerCase(), path, answer);
  if (fault) {
    throw new Error(`${method} ${path} answered ${answer.status} ${JSON.stringify(answer.body)}: ${fault}`);
  }
}

function faultOf(method: string, path: string, { status, headers, body }: Answer): string | undefined {
  if (!headers.has("x-request-id")) return "it names no request";
  const type = headers.get("content-type")?.replace(/;.*/, "");
  const template = templateOf(path);
  const operation = template && paths[template]?.[method];
  // an unknown path or method, or a preflight request
  if (!template || !operation) {
    if (status < 400)
      return method === "options" || path.startsWith("/docs") ? undefined : "it is not described";
    return faultsIn(body, ["components", "schemas", type === "application/json" ? "OAuthError" : "Problem"]);
  }
  const response = operation.responses[status];
  if (!response) return "the status is not described";
  const missing = Object.keys(response.headers ?? {}).filter((name) => !headers.has(name));
  if (missing.length > 0) return `${missing.join(", ")} is missing`;
  if (!response.content) return body === "" ? undefined : "there should be no body";
  const content = response.content[type ?? ""];
  if (!content) return `${type} is not described`;
  const { code } = body as { code?: string };
  if (code !== undefined && !Object.hasOwn(content.examples ?? {}, code)) return "the code is not described";
  const pointer = ["paths", template, method, "responses", String(status), "content", String(type), "schema"];
  return faultsIn(body, pointer);
}
