import type { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import type { Middleware } from "koa";
import { clientAddress } from "./client-address.ts";

/**
 * The context of a request. All of it except the address is added to every line that is logged during the
 * request.
 */
export interface RequestContext {
  readonly requestId: string;
  /** The client's address. */
  readonly ip: string;
  /** The caller's trace, and the span in it that sent the request (W3C Trace Context). */
  readonly trace_id?: string;
  readonly parent_span_id?: string;
}

const ACCEPTABLE_ID = /^[A-Za-z0-9._-]{1,128}$/;
/** Later versions may have more fields after the flags (W3C Trace Context, section 4.1). */
const TRACEPARENT = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}(-.*)?$/;
const ZEROS = /^0+$/;

/** Gives the request an id and returns it in the answer. The caller's own id is used if it is harmless. */
export function requestContext(store: AsyncLocalStorage<RequestContext>, trustProxyHops: number): Middleware {
  return (ctx, next) => {
    const { socket, headers } = ctx.req;
    const offered = headers["x-request-id"]?.toString() ?? "";
    const requestId = ACCEPTABLE_ID.test(offered) ? offered : randomUUID();
    ctx.res.setHeader("X-Request-Id", requestId);
    // several headers of this name arrive as one list (RFC 9110, section 5.3)
    const forwardedFor = headers["x-forwarded-for"]?.toString();
    const ip = clientAddress(socket.remoteAddress ?? "", forwardedFor, trustProxyHops);
    const context = { requestId, ip, ...traceOf(headers.traceparent?.toString() ?? "") };
    ctx.state = context;
    return store.run(context, next);
  };
}

function traceOf(traceparent: string): Pick<RequestContext, "trace_id" | "parent_span_id"> {
  const [, version, traceId = "", spanId = "", more] = TRACEPARENT.exec(traceparent) ?? [];
  const isWrong = version === undefined || version === "ff" || (version === "00" && more !== undefined);
  if (isWrong || ZEROS.test(traceId) || ZEROS.test(spanId)) return {};
  return { trace_id: traceId, parent_span_id: spanId };
}
