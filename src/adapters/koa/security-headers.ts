import cors from "@koa/cors";
import type { Middleware } from "koa";
import helmet from "koa-helmet";
import { METHODS } from "./endpoint.ts";

/**
 * The headers of every answer: those that JSON needs (OWASP REST Security Cheat Sheet), as constants, since they are
 * set for each request. `Vary` is for caches in front of answers with CORS headers (Fetch, section 3.2.5).
 */
const EVERY_ANSWER = Object.entries({
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
  Vary: "Origin",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
});

/** Sets the headers of every answer, and CORS headers for these origins. */
export function securityHeaders(corsOrigins: readonly string[]): Middleware {
  const allowed = new Set(corsOrigins);
  const allow = cors({
    origin: (ctx) => (allowed.has(ctx.get("Origin")) ? ctx.get("Origin") : ""),
    allowMethods: [...METHODS],
    allowHeaders: ["Authorization", "Content-Type", "X-Request-Id", "traceparent", "tracestate"],
    exposeHeaders: ["X-Request-Id", "Retry-After", "WWW-Authenticate"],
    maxAge: 600,
    // headers that are set stay set; on the error they would reach every request that shares it
    keepHeadersOnError: false,
  });
  return (ctx, next) => {
    for (const [name, value] of EVERY_ANSWER) ctx.res.setHeader(name, value);
    return ctx.headers.origin === undefined ? next() : allow(ctx, next);
  };
}

/** Sets the headers that pages need on top. */
export const pageHeaders: Middleware = helmet({
  contentSecurityPolicy: false,
  xFrameOptions: { action: "deny" },
});
