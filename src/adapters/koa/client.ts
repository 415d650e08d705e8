import type { Context } from "koa";
import type { Client } from "../../domain/session.ts";

/** The other end of the request; `request-context.ts` has found out its address. */
export function clientOf(ctx: Context): Client {
  return { userAgent: ctx.get("User-Agent"), ip: ctx.state.ip };
}

/** Aborted once the connection is closed, so that nobody would see the answer, or the answer has been sent. */
export function signalOf(ctx: Context): AbortSignal {
  const controller = new AbortController();
  if (ctx.req.socket.destroyed) controller.abort();
  else ctx.res.once("close", () => controller.abort());
  return controller.signal;
}
