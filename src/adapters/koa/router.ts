import Router from "@koa/router";
import type { Context, Middleware } from "koa";
import { AuthError, type AuthErrorCode } from "../../domain/errors.ts";
import { type Endpoint, METHODS } from "./endpoint.ts";
import { HttpProblem } from "./problem.ts";
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
 * Refuses paths that cannot be decoded, paths without a route, and methods that a path does not support.
 * @param elsewhere - The refusal of paths without a route
 */
export function knownCallsOnly(router: Router, elsewhere: AuthErrorCode): Middleware {
  // most paths have no parameters and need no second match
  const plain = router.stack.map(({ path }) => String(path)).filter((path) => /^[\w./-]+$/.test(path));
  const known = new Map(plain.map((path) => [path, methodsAt(router, path)]));
  return (ctx, next) => {
    const path = decodablePath(ctx);
    const methods = known.get(path) ?? methodsAt(router, path);
    if (methods.size === 0) throw new AuthError(elsewhere);
    if (methods.has(ctx.method)) return next();
    const allow = [...methods].join(", ");
    throw new HttpProblem("method_not_allowed", `This path takes ${allow}`, { headers: { Allow: allow } });
  };
}

function methodsAt(router: Router, path: string): ReadonlySet<string> {
  const methods = new Set(router.match(path, "").path.flatMap((layer) => layer.methods));
  // asking for headers only must not mint a token (RFC 9110, section 9.3.2)
  if (methods.has("POST")) methods.delete("HEAD");
  return methods;
}

function decodablePath(ctx: Context): string {
  try {
    decodeURIComponent(ctx.path);
    return ctx.path;
  } catch {
    throw new HttpProblem("malformed_request", "The path cannot be decoded");
  }
}
