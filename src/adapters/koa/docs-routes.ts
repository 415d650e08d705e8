import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type Router from "@koa/router";
import type { Context } from "koa";
import { errorsPage, frontPage, START, swaggerPage } from "./docs-pages.ts";
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

/** What an answer is made of, once for all who ask. */
interface Content {
  readonly bytes: Buffer;
  readonly etag: string;
}

/**
 * The description of the calls, a page to try them (Swagger UI), and a page that explains the errors. Each is read
 * or made when somebody asks first, since most services never are, and then all answers share its bytes.
 */
export function docsRoutes(router: Router, { swaggerUi, ...description }: DocsOptions): void {
  const serve = (path: string, type: string, read: () => Buffer | Promise<Buffer>, headers: Headers) => {
    const content = once(async () => contentOf(await read()));
    router.get(path, async (ctx) => answer(ctx, type, await content(), headers));
  };
  const page = (path: string, html: () => string) =>
    serve(path, "html", () => Buffer.from(html()), { "Content-Security-Policy": CONTENT_SECURITY_POLICY });
  const file = (path: string, type: string, read: () => Buffer | Promise<Buffer>) =>
    serve(path, type, read, { "Cache-Control": CACHE_CONTROL });

  file("/openapi.json", "application/json", () => Buffer.from(JSON.stringify(describeApi(description))));
  page("/", frontPage);
  page("/docs", swaggerPage);
  page("/docs/errors", errorsPage);
  file("/docs/start.js", "text/javascript", () => Buffer.from(START));
  file("/docs/swagger-ui.css", "css", () => readFile(new URL("swagger-ui.css", swaggerUi)));
  file("/docs/swagger-ui-bundle.js", "text/javascript", () =>
    readFile(new URL("swagger-ui-bundle.js", swaggerUi)),
  );
}

type Headers = Readonly<Record<string, string>>;

function contentOf(bytes: Buffer): Content {
  return { bytes, etag: `"${createHash("sha256").update(bytes).digest("base64url")}"` };
}

function answer(ctx: Context, type: string, { bytes, etag }: Content, headers: Headers): void {
  ctx.set(headers);
  ctx.status = 200;
  ctx.etag = etag;
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  ctx.type = type;
  ctx.body = bytes;
}

/** The same result for all who ask; one that failed is asked for anew. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
