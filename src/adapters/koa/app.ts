import type { AsyncLocalStorage } from "node:async_hooks";
import cors from "@koa/cors";
import Router from "@koa/router";
import Koa, { type Middleware } from "koa";
import helmet from "koa-helmet";
import { AuthError, type AuthErrorCode } from "../../domain/errors.ts";
import { type AccountUseCases, accountRoutes } from "./account-routes.ts";
import type { IntrospectionClient } from "./client-secret.ts";
import { docsRoutes } from "./docs-routes.ts";
import { type HealthOptions, healthRoutes } from "./health-routes.ts";
import { type OAuthUseCases, oauthRoutes } from "./oauth-routes.ts";
import { answerProblem, HttpProblem, statusOf } from "./problem.ts";
import { type RecoveryUseCases, recoveryRoutes } from "./recovery-routes.ts";
import { type RequestContext, requestContext } from "./request-context.ts";
import { type SessionUseCases, sessionRoutes } from "./session-routes.ts";
import { wellKnownRoutes } from "./well-known-routes.ts";

/** The use cases behind the calls. */
export interface UseCases extends AccountUseCases, RecoveryUseCases, SessionUseCases, OAuthUseCases {
  /** The keys to verify access tokens with, as JWKs (RFC 7517). */
  readonly publicKeys: () => object[];
}

export interface HttpOptions extends HealthOptions {
  readonly issuer: string;
  /** Seconds that others may keep the published keys and metadata. */
  readonly publishedMaxAge: number;
  /** The directory of Swagger UI's files. */
  readonly swaggerUi: URL;
  readonly introspectionClients: readonly IntrospectionClient[];
  readonly corsOrigins: readonly string[];
  /** How many proxies in front are trusted to say where a request comes from. */
  readonly trustProxyHops: number;
  readonly log: RequestLog;
  /** Told of every answer, where somebody measures. */
  readonly measure?: ((answered: Answered) => void) | undefined;
  readonly context: AsyncLocalStorage<RequestContext>;
}

/** An answer as it is measured. */
export interface Answered {
  readonly method: string;
  /** The pattern of the call, nothing of which the client chose. `undefined` where there is no such call. */
  readonly route: string | undefined;
  readonly status: number;
  readonly durationMs: number;
}

/** Told of every answer, and of every fault that an answer hides. */
export interface RequestLog {
  answered(entry: object): void;
  /** The same for those who ask every few seconds whether the service is well. */
  probed(entry: object): void;
  failed(error: unknown): void;
}

/** The calls over HTTP. */
export function makeHttpApp(useCases: UseCases, options: HttpOptions): Koa {
  return makeApp(makeRouter(useCases, options), options);
}

/** The calls that can be answered before there is anything to answer others with: those get 503. */
export function makeStartingApp(options: Omit<HttpOptions, "readiness">): Koa {
  const router = new Router({ strict: true, sensitive: true });
  healthRoutes(router, { ...options, readiness: async () => "starting" });
  return makeApp(router, options, "storage_unavailable");
}

function makeApp(
  router: Router,
  options: Omit<HttpOptions, "readiness">,
  elsewhere: AuthErrorCode = "not_found",
): Koa {
  const app = new Koa();
  app.use(requestContext(options.context, options.trustProxyHops));
  app.use(logAnswers(options));
  app.use(helmet());
  app.use(noStore);
  app.use(allowOrigins(options.corsOrigins));
  app.use(problems(options));
  app.use(knownCallsOnly(router, elsewhere));
  app.use(router.routes());
  // what still throws has no answer to give: the connection is gone
  app.on("error", (error) => options.log.failed(error));
  return app;
}

function makeRouter(useCases: UseCases, options: HttpOptions): Router {
  const router = new Router({ strict: true, sensitive: true });
  accountRoutes(router, useCases);
  recoveryRoutes(router, useCases);
  sessionRoutes(router, useCases);
  oauthRoutes(router, useCases, options.introspectionClients);
  healthRoutes(router, options);
  docsRoutes(router, { ...options, version: options.version.version });
  wellKnownRoutes(router, {
    issuer: options.issuer,
    maxAge: options.publishedMaxAge,
    publicKeys: useCases.publicKeys,
  });
  return router;
}

function logAnswers({ log, measure }: Pick<HttpOptions, "log" | "measure">): Middleware {
  return async (ctx, next) => {
    const began = performance.now();
    await next();
    const durationMs = performance.now() - began;
    const route: string | undefined = ctx._matchedRoute;
    const { method, status } = ctx;
    measure?.({ method, route, status, durationMs });
    log[route?.startsWith("/health/") ? "probed" : "answered"]({
      method,
      route: route ?? null,
      status,
      durationMs: Math.round(durationMs * 10) / 10,
    });
  };
}

const noStore: Middleware = (ctx, next) => {
  ctx.set("Cache-Control", "no-store");
  return next();
};

function allowOrigins(origins: readonly string[]): Middleware {
  const allowed = new Set(origins);
  return cors({
    origin: (ctx) => (allowed.has(ctx.get("Origin")) ? ctx.get("Origin") : ""),
    allowMethods: ["GET", "POST", "PATCH", "DELETE"],
    allowHeaders: ["Authorization", "Content-Type", "X-Request-Id", "traceparent", "tracestate"],
    exposeHeaders: ["X-Request-Id", "Retry-After", "WWW-Authenticate"],
    maxAge: 600,
  });
}

/** Turns what was thrown into the answer for it. */
function problems({ issuer, log }: Pick<HttpOptions, "issuer" | "log">): Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      const isRefusal = error instanceof AuthError || error instanceof HttpProblem;
      const problem = isRefusal ? error : new HttpProblem("internal_error", "Something went wrong here");
      if (statusOf(problem.code) >= 500 && problem.code !== "overloaded") log.failed(error);
      answerProblem(ctx, issuer, problem);
    }
  };
}

/** Refuses paths that cannot be read, others that are not known, and methods that a path does not have. */
function knownCallsOnly(router: Router, elsewhere: AuthErrorCode): Middleware {
  return (ctx, next) => {
    try {
      decodeURIComponent(ctx.path);
    } catch {
      throw new HttpProblem("malformed_request", "The path cannot be decoded");
    }
    const methods = new Set(router.match(ctx.path, ctx.method).path.flatMap((layer) => layer.methods));
    if (methods.size === 0) throw new AuthError(elsewhere);
    // asking for headers only must not mint a token (RFC 9110, section 9.3.2)
    if (methods.has("POST")) methods.delete("HEAD");
    if (methods.has(ctx.method)) return next();
    const allow = [...methods].join(", ");
    throw new HttpProblem("method_not_allowed", `This path takes ${allow}`, { headers: { Allow: allow } });
  };
}
