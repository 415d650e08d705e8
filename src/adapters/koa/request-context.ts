import type { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import type { Middleware } from "koa";

/** What every line logged during a request carries. */
export interface RequestContext {
  readonly requestId: string;
}

const ACCEPTABLE_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** Names the request, by the caller's own name where that is harmless, and answers with it. */
export function requestContext(store: AsyncLocalStorage<RequestContext>): Middleware {
  return (ctx, next) => {
    const offered = ctx.get("X-Request-Id");
    const requestId = ACCEPTABLE_ID.test(offered) ? offered : randomUUID();
    ctx.state.requestId = requestId;
    ctx.set("X-Request-Id", requestId);
    return store.run({ requestId }, next);
  };
}
