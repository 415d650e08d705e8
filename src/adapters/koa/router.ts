import Router from "@koa/router";
import type { Middleware } from "koa";
import { AuthError, type AuthErrorCode } from "../../domain/errors.ts";
import { type Endpoint, METHODS } from "./endpoint.ts";
import { HttpProblem } from "./problem.ts";
import { requestPath } from "./request-path.ts";
import { type GuardUseCases, routeOf } from "./route.ts";
import type { Service } from "./service.ts";

/** Routes the endpoints, and nothing that is not declared as one. */
export function routerOf(endpoints: readonly Endpoint[], useCases: GuardUseCases, service: Service): Router {
  const router = new Router({ strict: true, sensitive: true });
  const issuerPath = new URL(service.issuer).pathname.replace(/\/$/, "");
  const routes = endpoints.flatMap((endpoint) => {
    const [method = "", path = ""] = endpoint.call.split(" ");
    const aliases = endpoint.aliases?.(issuerPath).map(literal) ?? [];
    const paths = new Set([path.replaceAll(/\{(\w+)\}/g, ":$1"), ...aliases]);
    const route = routeOf(endpoint, useCases, service);
    return [...paths].map((each) => ({ method, path: each, route }));
  });
  const order: readonly string[] = METHODS;
  const inOrder = routes.toSorted((a, b) => order.indexOf(a.method) - order.indexOf(b.method));
  for (const { method, path, route } of inOrder) router.register(path, [method], route);
  return router;
}

/** Escapes characters of a path that the router would read as a parameter or a group. */
function literal(path: string): string {
  return path.replace(/[{}()[\]+?!:*\\]/g, "\\$&");
}

/**
 * Hands requests to their routes. Refuses paths that cannot be decoded, paths without a route, and methods that a path
 * does not support.
 * @param elsewhere - The refusal of paths without a route
 */
export function routed(router: Router, elsewhere: AuthErrorCode): Middleware {
  const plain = plainRoutes(router);
  const match = router.routes();
  const middleware: Middleware = (ctx, next) => {
    const path = requestPath(ctx);
    if (path === undefined) throw undecodable();
    const route = plain.get(path)?.get(ctx.method);
    if (route === undefined) {
      assertRouted(methodsAt(router, decodable(path)), ctx.method, elsewhere);
      return match(ctx as never, next);
    }
    ctx._matchedRoute = path;
    ctx.params = {};
    return route(ctx, next);
  };
  // for tools that list routes, as the router's own middleware has it
  return Object.assign(middleware, { router });
}

/**
 * The routes of a single function whose paths have no parameters, by path and method. They need no search through all
 * patterns.
 */
function plainRoutes(router: Router): ReadonlyMap<string, ReadonlyMap<string, Middleware>> {
  const plain = new Map<string, Map<string, Middleware>>();
  const paths = router.stack.map(({ path }) => String(path)).filter((path) => /^[\w./-]+$/.test(path));
  for (const path of paths) {
    const routes = new Map<string, Middleware>();
    for (const method of methodsAt(router, path)) {
      const [only, ...others] = router.match(path, method).pathAndMethod.flatMap(({ stack }) => stack);
      if (only !== undefined && others.length === 0) routes.set(method, only as unknown as Middleware);
    }
    plain.set(path, routes);
  }
  return plain;
}

function assertRouted(methods: ReadonlySet<string>, method: string, elsewhere: AuthErrorCode): void {
  if (methods.size === 0) throw new AuthError(elsewhere);
  if (methods.has(method)) return;
  const allow = [...methods].join(", ");
  throw new HttpProblem("method_not_allowed", `This path takes ${allow}`, { headers: { Allow: allow } });
}

function methodsAt(router: Router, path: string): ReadonlySet<string> {
  const methods = new Set(router.match(path, "").path.flatMap((layer) => layer.methods));
  // asking for headers only must not mint a token (RFC 9110, section 9.3.2)
  if (methods.has("POST")) methods.delete("HEAD");
  return methods;
}

function decodable(path: string): string {
  try {
    decodeURIComponent(path);
    return path;
  } catch {
    throw undecodable();
  }
}

function undecodable(): HttpProblem {
  return new HttpProblem("malformed_request", "The path cannot be decoded");
}
