import type { Context } from "koa";
import type { Client } from "../../domain/session.ts";
import { canonicalIp } from "../../domain/throttle.ts";

/** Who is at the other end of the request. */
export function clientOf(ctx: Context): Client {
  return { userAgent: ctx.get("User-Agent"), ip: canonicalIp(ctx.ip) };
}

/** Whether the client has hung up, so that nobody would see the answer. */
export function isGone(ctx: Context): () => boolean {
  return () => ctx.req.socket.destroyed;
}
