import type Koa from "koa";
import { unreadableRefusals } from "../../src/adapters/koa/unreadable.ts";
import { type HttpServer, listen } from "../../src/adapters/node/http-server.ts";
import { HTTP_OPTIONS } from "./http-options.ts";

/** Serves the calls on a free port of this machine. */
export function listenWith(app: Koa): Promise<HttpServer> {
  const refusal = unreadableRefusals(HTTP_OPTIONS.issuer);
  return listen({ host: "127.0.0.1", port: 0, handle: app.callback(), refusal });
}
