import type { Context } from "koa";

/**
 * The path of the request target, which may be in absolute form (RFC 9112, section 3.2.2); `undefined` if the target
 * is no URL.
 */
export function requestPath(ctx: Context): string | undefined {
  try {
    return ctx.path ?? "";
  } catch {
    return undefined;
  }
}
