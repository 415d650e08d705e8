import type { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import type { Middleware } from "koa";
import { clientAddress } from "./client-address.ts";

/** What every line logged during a request carries, but for the address. */
export interface RequestContext {
  readonly requestId: string;
  /** Where it comes from. */
  readonly ip: string;
  /** The trace that the caller is in, and the span there that made the request (W3C Trace Context). */
  readonly trace_id?: string;
  readonly parent_span_id?: string;
}

const ACCEPTABLE_ID = /^[A-Za-z0-9._-]{1,128}$/;
/** Later versions may go on after the flags (W3C Trace Context, section 4.1). */
const TRACEPARENT = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}(-.*)?$/;
const ZEROS = /^0+$/;

/** Names the request, by the caller's own name where that is harmless, and answers with it. */
export function requestContext(store: AsyncLocalStorage<RequestContext>, trustProxyHops: number): Middleware {
  return (ctx, next) => {
    const offered = ctx.get("X-Request-Id");
    const requestId = ACCEPTABLE_ID.test(offered) ? offered : randomUUID();
    ctx.state.requestId = requestId;
    ctx.set("X-Request-Id", requestId);
    const { socket, headers } = ctx.req;
    // several headers of this name arrive as one list (RFC 9110, section 5.3)
    const forwardedFor = headers["x-forwarded-for"]?.toString();
    const ip = clientAddress(socket.remoteAddress ?? "", forwardedFor, trustProxyHops);
    ctx.state.ip = ip;
    return store.run({ requestId, ip, ...traceOf(ctx.get("traceparent")) }, next);
  };
}

function traceOf(traceparent: string): Pick<RequestContext, "trace_id" | "parent_span_id"> {
  const [, version, traceId = "", spanId = "", more] = TRACEPARENT.exec(traceparent) ?? [];
  const isWrong = version === undefined || version === "ff" || (version === "00" && more !== undefined);
  if (isWrong || ZEROS.test(traceId) || ZEROS.test(spanId)) return {};
  return { trace_id: traceId, parent_span_id: spanId };
}
