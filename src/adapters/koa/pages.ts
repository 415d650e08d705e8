import { readFile } from "node:fs/promises";
import type Router from "@koa/router";
import { answerContent, FILE_CACHE_CONTROL, lazyContent } from "./content.ts";
import { errorsPage, frontPage, START, swaggerPage } from "./docs-pages.ts";
import { pageHeaders } from "./security-headers.ts";

/** Only scripts and styles of this origin, no framing, and no requests to other origins. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

type Headers = Readonly<Record<string, string>>;

/**
 * Pages for people: the front page, Swagger UI, and the explanation of errors. They are static: each answers
 * every GET with the same bytes, so they are not declared as endpoints.
 */
export function pageRoutes(router: Router, swaggerUi: URL): void {
  const serve = (path: string, type: string, make: () => Buffer | Promise<Buffer>, headers: Headers) => {
    const content = lazyContent(type, make);
    router.get(path, pageHeaders, async (ctx) => {
      const made = await content();
      ctx.set(headers);
      answerContent(ctx, made);
    });
  };
  const page = (path: string, html: () => string) =>
    serve(path, "html", () => Buffer.from(html()), { "Content-Security-Policy": CONTENT_SECURITY_POLICY });
  const file = (path: string, type: string, make: () => Buffer | Promise<Buffer>) =>
    serve(path, type, make, { "Cache-Control": FILE_CACHE_CONTROL });

  page("/", frontPage);
  page("/docs", swaggerPage);
  page("/docs/errors", errorsPage);
  file("/docs/start.js", "text/javascript", () => Buffer.from(START));
  file("/docs/swagger-ui.css", "css", () => readFile(new URL("swagger-ui.css", swaggerUi)));
  file("/docs/swagger-ui-bundle.js", "text/javascript", () =>
    readFile(new URL("swagger-ui-bundle.js", swaggerUi)),
  );
}
