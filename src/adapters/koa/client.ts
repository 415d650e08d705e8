import type { Context } from "koa";
import type { Client } from "../../domain/session.ts";

/** The client of the request, with the address that `request-context.ts` has determined. */
export function clientOf(ctx: Context): Client {
  return { userAgent: ctx.get("User-Agent"), ip: ctx.state.ip };
}

/** A signal that is aborted once the connection is closed or the answer has been sent. */
export function signalOf(ctx: Context): AbortSignal {
  const controller = new AbortController();
  if (ctx.req.socket.destroyed) controller.abort();
  else ctx.res.once("close", () => controller.abort());
  return controller.signal;
}
