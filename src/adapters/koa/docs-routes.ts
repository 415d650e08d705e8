import { readFile } from "node:fs/promises";
import type Router from "@koa/router";
import type { Context } from "koa";
import { errorsPage, START, swaggerPage } from "./docs-pages.ts";
import { type DescriptionOptions, describeApi } from "./openapi.ts";

export interface DocsOptions extends DescriptionOptions {
  /** The directory of Swagger UI's two files. */
  readonly swaggerUi: URL;
}

/** Scripts and styles of this origin alone, no frame around it, nothing asked for elsewhere. */
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

/** The files of an older version must not outlive an update for long. */
const CACHE_CONTROL = "public, max-age=3600";

/** The description of the calls, a page to try them (Swagger UI), and a page that explains the errors. */
export function docsRoutes(router: Router, { swaggerUi, ...description }: DocsOptions): void {
  // made when somebody asks, since most services never are and it would be the longest part of their routes' start
  let document: string | undefined;
  const page = (ctx: Context, html: string) => {
    ctx.set("Content-Security-Policy", CONTENT_SECURITY_POLICY);
    ctx.type = "html";
    ctx.body = html;
  };
  const file = (ctx: Context, type: string, content: string | Buffer) => {
    ctx.set("Cache-Control", CACHE_CONTROL);
    ctx.type = type;
    ctx.body = content;
  };

  router.get("/openapi.json", (ctx) => {
    document ??= JSON.stringify(describeApi(description));
    file(ctx, "application/json", document);
  });
  router.get("/docs", (ctx) => page(ctx, swaggerPage()));
  router.get("/docs/errors", (ctx) => page(ctx, errorsPage()));
  router.get("/docs/start.js", (ctx) => file(ctx, "text/javascript", START));
  for (const [name, type] of Object.entries({
    "swagger-ui.css": "css",
    "swagger-ui-bundle.js": "text/javascript",
  })) {
    router.get(`/docs/${name}`, async (ctx) => file(ctx, type, await readFile(new URL(name, swaggerUi))));
  }
}
