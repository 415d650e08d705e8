import type { Context } from "koa";
import type { Client } from "../../domain/session.ts";

/** Who is at the other end of the request; `request-context.ts` has found out where that is. */
export function clientOf(ctx: Context): Client {
  return { userAgent: ctx.get("User-Agent"), ip: ctx.state.ip };
}

/** Whether the client has hung up, so that nobody would see the answer. */
export function isGone(ctx: Context): () => boolean {
  return () => ctx.req.socket.destroyed;
}
