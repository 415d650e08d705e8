import { makeHttpApp } from "../adapters/koa/app.ts";
import { listen } from "../adapters/koa/server.ts";
import { repeatedly } from "./background.ts";
import type { Bindings } from "./bindings.ts";
import { Closers } from "./closers.ts";
import type { Config } from "./config.ts";
import { type Core, openCore } from "./core.ts";
import { flaskDataWarnings } from "./flask-import.ts";
import { keepDelivering } from "./mail.ts";
import type { Foundation } from "./open.ts";
import { StartError } from "./start-error.ts";

/** The service while it runs. */
export interface RunningService {
  readonly address: string;
  /** What keeps its data and how it signs access tokens, in words for people. */
  readonly storage: string;
  readonly keys: string;
  /** What whoever runs it should see to. */
  readonly warnings: readonly string[];
  /** Lets running requests finish, then closes everything in reverse order of opening. */
  stop(): Promise<void>;
}

/** Of the ten seconds that a stop may take, what requests get; the rest is for closing the storage. */
const REQUEST_GRACE_MS = 8_000;
/** How soon a process sees a new or a retired signing key by itself. */
const RING_RELOAD_MS = 5_000;
/** How soon a process learns that an import brought old password hashes in. */
const HASHES_RELOAD_MS = 5_000;
/** How often a process asks whether it is its turn to sweep. */
const SWEEP_CHECK_MS = 60_000;

/** Opens what the configuration names and listens. @throws ConfigError or StartError */
export async function startService(config: Config): Promise<RunningService> {
  const closers = new Closers();
  try {
    const core = await openCore(config, closers);
    const { foundation, wired } = core;
    startHousekeeping(config, core, closers);
    const address = await startHttp(config, foundation, wired, closers);
    return {
      address,
      storage: foundation.storageDescription,
      keys: foundation.keys.description,
      warnings: await flaskDataWarnings(config, foundation.storage),
      stop: () => closers.close(),
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

async function startHttp(
  config: Config,
  { log }: Foundation,
  wired: Bindings,
  closers: Closers,
): Promise<string> {
  const app = makeHttpApp(wired, {
    issuer: config.ISSUER,
    publishedMaxAge: config.JWKS_MAX_AGE / 1_000,
    introspectionClients: config.INTROSPECTION_CLIENTS,
    corsOrigins: config.CORS_ORIGINS,
    trustProxyHops: config.TRUST_PROXY_HOPS,
    log: log.requests,
    context: log.context,
  });
  const { HOST: host, PORT: port, ISSUER: issuer } = config;
  const server = await listen(app, { host, port, issuer }).catch((error) => {
    throw new StartError(
      `Cannot listen on ${host}:${port}: ${error.message}`,
      "Choose another HOST or PORT, or stop what listens there.",
      error,
    );
  });
  closers.push(() => server.close(REQUEST_GRACE_MS));
  return server.address;
}

function startHousekeeping(
  config: Config,
  { foundation: { keys, log }, wired: { sweep, deliverMails }, mail, reloadHashes }: Core,
  closers: Closers,
): void {
  const { failed } = log.requests;
  closers.push(repeatedly(SWEEP_CHECK_MS, sweep, failed));
  closers.push(repeatedly(HASHES_RELOAD_MS, reloadHashes, failed));
  closers.push(keepDelivering(deliverMails, mail, failed));
  const { ring } = keys;
  if (ring) closers.push(repeatedly(Math.min(RING_RELOAD_MS, config.JWKS_MAX_AGE), ring.reload, failed));
}
