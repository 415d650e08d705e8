import type Koa from "koa";
import type { HttpOptions } from "../../adapters/koa/app.ts";
import { unreadableRefusals } from "../../adapters/koa/unreadable.ts";
import { type HttpServer, listen } from "../../adapters/node/http-server.ts";
import type { Config } from "../settings/config.ts";
import type { Log } from "../wiring/log.ts";
import type { Metrics } from "../wiring/metrics.ts";
import { PACKAGE, SWAGGER_UI } from "../wiring/package.ts";
import { noPort } from "../wiring/start-error.ts";

/** The options of the HTTP application, from the configuration. */
export function httpOptions(config: Config, log: Log, metrics?: Metrics): Omit<HttpOptions, "readiness"> {
  return {
    issuer: config.ISSUER,
    version: PACKAGE,
    swaggerUi: SWAGGER_UI,
    publishedMaxAge: config.JWKS_MAX_AGE / 1_000,
    introspectionClients: config.INTROSPECTION_CLIENTS,
    corsOrigins: config.CORS_ORIGINS,
    trustProxyHops: config.TRUST_PROXY_HOPS,
    log: log.requests,
    measure: metrics?.measureRequest,
    context: log.context,
  };
}

/** Listens at the configured address. @throws StartError */
export function startHttp(
  { HOST: host, PORT: port, ISSUER: issuer }: Config,
  app: Koa,
  fd?: number,
): Promise<HttpServer> {
  const refusal = unreadableRefusals(issuer);
  return listen({ host, port, fd, handle: app.callback(), refusal }).catch((error) => {
    throw noPort(host, port, error);
  });
}
