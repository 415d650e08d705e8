import { createHash } from "node:crypto";
import type { Context } from "koa";

/** A body whose bytes are made once and shared by all its answers. */
export interface Content {
  /** The media type, or a file name extension that Koa knows. */
  readonly type: string;
  readonly bytes: Buffer;
  readonly etag: string;
}

/** How long caches may keep a file, so that files of an older version do not outlive an update for long. */
export const FILE_CACHE_CONTROL = "public, max-age=3600";

/** Makes the content when it is first asked for, since most services never are. A failed attempt is repeated. */
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

/** Answers with the content, or 304 where the client has it already (RFC 9110, section 13.1.2). */
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
