import { AsyncLocalStorage } from "node:async_hooks";
import type { HttpOptions } from "../../src/adapters/koa/app.ts";
import { PACKAGE, SWAGGER_UI } from "../../src/composition/wiring/package.ts";

/** The calls as a service has them by default, with nothing logged. */
export const HTTP_OPTIONS: Omit<HttpOptions, "readiness"> = {
  issuer: "http://localhost:5000",
  publishedMaxAge: 1,
  swaggerUi: SWAGGER_UI,
  introspectionClients: [],
  corsOrigins: [],
  trustProxyHops: 0,
  version: PACKAGE,
  log: { answered: () => {}, probed: () => {}, failed: () => {} },
  context: new AsyncLocalStorage(),
};
