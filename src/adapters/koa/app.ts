import type { AsyncLocalStorage } from "node:async_hooks";
import type Router from "@koa/router";
import Koa, { type Middleware } from "koa";
import type { AnsweredRequest } from "../../application/ports/answered-request.ts";
import { AuthError, type AuthErrorCode } from "../../domain/errors.ts";
import { lazyContent } from "./content.ts";
import { ALL_ENDPOINTS, type EndpointUseCases } from "./endpoints/all.ts";
import { describeApi } from "./openapi.ts";
import { pageRoutes } from "./pages.ts";
import { answerProblem, HttpProblem, statusOf } from "./problem.ts";
import { type RequestContext, requestContext } from "./request-context.ts";
import type { GuardUseCases } from "./route.ts";
import { routed, routerOf } from "./router.ts";
import { securityHeaders } from "./security-headers.ts";
import type { Service } from "./service.ts";

/** The use cases behind the endpoints. */
export type UseCases = EndpointUseCases & GuardUseCases;

export interface HttpOptions extends Omit<Service, "description"> {
  /** The directory of Swagger UI's files. */
  readonly swaggerUi: URL;
  readonly corsOrigins: readonly string[];
  /** The number of proxies whose `X-Forwarded-For` entries are trusted. */
  readonly trustProxyHops: number;
  readonly log: RequestLog;
  /** Called for every answer; `undefined` if there are no metrics. */
  readonly measure?: ((request: AnsweredRequest) => void) | undefined;
  readonly context: AsyncLocalStorage<RequestContext>;
}

/** Logs every answer, and every fault that an answer hides. */
export interface RequestLog {
  answered(request: RequestContext, answer: AnsweredRequest): void;
  /** Logs an answer to a health probe, which comes every few seconds. */
  probed(request: RequestContext, answer: AnsweredRequest): void;
  failed(error: unknown): void;
}

/** Makes the HTTP application of all endpoints. */
export function makeHttpApp(useCases: UseCases, options: HttpOptions): Koa {
  const router = routerOf(ALL_ENDPOINTS, useCases, serviceOf(options));
  pageRoutes(router, options.swaggerUi);
  return makeApp(router, options);
}

/**
 * Makes the application for the start: it serves the endpoints that need no storage and answers all other
 * requests with 503.
 */
export function makeStartingApp(options: Omit<HttpOptions, "readiness">): Koa {
  const service = serviceOf({ ...options, readiness: async () => "starting" });
  const withoutStorage = ALL_ENDPOINTS.filter(({ needsNoStorage }) => needsNoStorage);
  return makeApp(routerOf(withoutStorage, {} as UseCases, service), options, "storage_unavailable");
}

function serviceOf(options: HttpOptions): Service {
  const { issuer, version } = options;
  const describe = () => Buffer.from(JSON.stringify(describeApi({ issuer, version: version.version })));
  return { ...options, description: lazyContent("application/json", describe) };
}

function makeApp(
  router: Router,
  options: Omit<HttpOptions, "readiness">,
  elsewhere: AuthErrorCode = "not_found",
): Koa {
  const app = new Koa();
  app.use(requestContext(options.context, options.trustProxyHops));
  app.use(answered(options));
  app.use(securityHeaders(options.corsOrigins));
  app.use(routed(router, elsewhere));
  // an error that arrives here cannot be answered: the connection is gone
  app.on("error", (error) => options.log.failed(error));
  return app;
}

/** Converts errors into answers, and logs and measures every answer. */
function answered({ issuer, log, measure }: Pick<HttpOptions, "issuer" | "log" | "measure">): Middleware {
  return async (ctx, next) => {
    const began = performance.now();
    try {
      await next();
    } catch (error) {
      const isRefusal = error instanceof AuthError || error instanceof HttpProblem;
      const problem = isRefusal ? error : new HttpProblem("internal_error", "Something went wrong here");
      if (statusOf(problem.code) >= 500 && problem.code !== "overloaded") log.failed(error);
      answerProblem(ctx, issuer, problem);
    }
    const durationMs = Math.round((performance.now() - began) * 10) / 10;
    const route: string | undefined = ctx._matchedRoute;
    const { method, status } = ctx;
    const request = { method, route, status, durationMs };
    measure?.(request);
    log[route?.startsWith("/health/") ? "probed" : "answered"](ctx.state as RequestContext, request);
  };
}
