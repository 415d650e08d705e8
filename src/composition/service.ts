import { AsyncLocalStorage } from "node:async_hooks";
import { openArgon2Hasher } from "../adapters/argon2/password-hasher.ts";
import { type AccessKeys, sharedSecretKeys } from "../adapters/jose/access-keys.ts";
import { openKeyRing } from "../adapters/jose/key-ring.ts";
import { makeHttpApp } from "../adapters/koa/app.ts";
import type { RequestContext } from "../adapters/koa/request-context.ts";
import { listen } from "../adapters/koa/server.ts";
import { systemClock } from "../adapters/node/platform.ts";
import { logRequests, logSecurityEvents, openLog } from "../adapters/pino/log.ts";
import { gateHasher } from "../application/hashing-gate.ts";
import type { PasswordHasher } from "../application/ports/password-hasher.ts";
import type { Storage } from "../application/ports/storage.ts";
import { bindings } from "./bindings.ts";
import type { Config } from "./config.ts";
import { makeContainer } from "./container.ts";
import { failClosed } from "./fail-closed.ts";
import { checkSecrets, findSecrets, keysFor, type Secrets } from "./secrets.ts";
import { StartError } from "./start-error.ts";
import { openStorage } from "./storage.ts";

/** The service while it runs. */
export interface RunningService {
  readonly address: string;
  /** What keeps its data and how it signs access tokens, in words for people. */
  readonly storage: string;
  readonly keys: string;
  /** Lets running requests finish, then closes everything in reverse order of opening. */
  stop(): Promise<void>;
}

/** Of the ten seconds that a stop may take, what requests get; the rest is for closing the storage. */
const REQUEST_GRACE_MS = 8_000;

/** Opens what the configuration names and listens. @throws ConfigError or StartError */
export async function startService(config: Config): Promise<RunningService> {
  const closers: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const secrets = await findSecrets(config);
    const chosen = await openStorage(config);
    closers.push(() => chosen.storage.close());
    const storage = failClosed(chosen.storage);
    await checkSecrets(storage.settings, secrets);
    const [accessKeys, hasher] = await Promise.all([
      openAccessKeys(config, secrets, storage),
      openHasher(config),
    ]);
    const context = new AsyncLocalStorage<RequestContext>();
    const log = openLog(config.LOG_LEVEL, () => context.getStore() ?? {});
    const events = logSecurityEvents(log);
    const wired = makeContainer(bindings({ config, secrets, storage, hasher, accessKeys, events }));
    const app = makeHttpApp(wired, {
      issuer: config.ISSUER,
      corsOrigins: config.CORS_ORIGINS,
      trustProxyHops: config.TRUST_PROXY_HOPS,
      log: logRequests(log),
      context,
    });
    const server = await listen(app, { host: config.HOST, port: config.PORT, issuer: config.ISSUER }).catch(
      (error) => {
        throw new StartError(
          `Cannot listen on ${config.HOST}:${config.PORT}: ${error.message}`,
          "Choose another HOST or PORT, or stop what listens there.",
          error,
        );
      },
    );
    closers.push(() => server.close(REQUEST_GRACE_MS));
    return { address: server.address, storage: chosen.description, keys: describeKeys(accessKeys), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function openAccessKeys(config: Config, secrets: Secrets, storage: Storage): Promise<AccessKeys> {
  if (config.JWT_SECRET_KEY !== undefined) {
    return Promise.resolve(sharedSecretKeys(config.JWT_SECRET_KEY, config.JWT_AUDIENCE));
  }
  return openKeyRing({
    repository: storage.signingKeys,
    clock: systemClock,
    algorithm: config.JWT_ALG ?? "ES256",
    typ: config.JWT_TYP ?? "at+jwt",
    audience: config.JWT_AUDIENCE ?? config.ISSUER,
    sealingKeys: keysFor("signing-keys", secrets),
  });
}

async function openHasher(config: Config): Promise<PasswordHasher> {
  const cost = {
    memoryKib: config.ARGON2_MEMORY_KIB,
    passes: config.ARGON2_PASSES,
    lanes: config.ARGON2_LANES,
  };
  const hasher = await openArgon2Hasher(cost).catch((error) => {
    throw new StartError(
      `Passwords cannot be hashed: ${error.message}`,
      "Run `npm ci` again on this machine, or lower the ARGON2 settings if memory is short.",
      error,
    );
  });
  return gateHasher(hasher, { concurrency: config.HASH_CONCURRENCY, queue: config.HASH_QUEUE });
}

function describeKeys({ algorithm, typ }: AccessKeys): string {
  return algorithm === "HS256" ? "HS256 with JWT_SECRET_KEY" : `${algorithm} (${typ}), published as JWKS`;
}
