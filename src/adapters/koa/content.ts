import { createHash } from "node:crypto";
import type { Context } from "koa";

/** A body with prepared bytes, shared by all its answers. */
export interface Content {
  /** The media type, or a file name extension that Koa knows. */
  readonly type: string;
  readonly bytes: Buffer;
  readonly etag: string;
}

/** Limits how long caches may serve files of an older version after an update. */
export const FILE_CACHE_CONTROL = "public, max-age=3600";

/**
 * Makes the content at its first request, since most services never get one. A failed attempt is repeated at
 * the next request.
 */
export function lazyContent(type: string, make: () => Buffer | Promise<Buffer>): () => Promise<Content> {
  const read = async () => contentOf(type, await make());
  let made: Promise<Content> | undefined;
  return () => {
    made ??= read().catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

function contentOf(type: string, bytes: Buffer): Content {
  return { type, bytes, etag: `"${createHash("sha256").update(bytes).digest("base64url")}"` };
}

/** Answers with the content, or 304 if the client has it already (RFC 9110, section 13.1.2). */
export function answerContent(ctx: Context, { type, bytes, etag }: Content): void {
  ctx.status = 200;
  ctx.etag = etag;
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  ctx.type = type;
  ctx.body = bytes;
}
