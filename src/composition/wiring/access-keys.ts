import { type AccessKeys, sharedSecretKeys } from "../../adapters/jose/access-keys.ts";
import { makeKeyMaker } from "../../adapters/jose/key-maker.ts";
import { openKeyRing } from "../../adapters/jose/key-ring.ts";
import { systemClock } from "../../adapters/node/platform.ts";
import { makeKeepKeys } from "../../application/keys/keep-keys.ts";
import { type ListKeys, makeListKeys } from "../../application/keys/list-keys.ts";
import { makeRetireKey, type RetireKey } from "../../application/keys/retire-key.ts";
import { makeRotateKeys, type RotateKeys } from "../../application/keys/rotate-keys.ts";
import type { Clock } from "../../application/ports/clock.ts";
import type { SecurityEvents } from "../../application/ports/security-events.ts";
import type { Storage } from "../../application/ports/storage/storage.ts";
import type { Config } from "../settings/config.ts";
import { keysFor, type Secrets } from "./secrets.ts";

/** The use cases on a ring of signing keys. */
export interface RingUseCases {
  readonly listKeys: ListKeys;
  readonly rotateKeys: RotateKeys;
  readonly retireKey: RetireKey;
}

export interface OpenedKeys {
  readonly accessKeys: AccessKeys;
  /** A description of how access tokens are signed, for people. */
  readonly description: string;
  /** `undefined` if one shared key (HS256) signs. */
  readonly ring: (RingUseCases & { reload(): Promise<void> }) | undefined;
}

/** The properties of access tokens that a ring of keys signs. */
export function ringTokens({ JWT_ALG, JWT_TYP, JWT_AUDIENCE, ISSUER }: RingSettings) {
  return {
    algorithm: JWT_ALG ?? "ES256",
    typ: JWT_TYP ?? "at+jwt",
    audience: JWT_AUDIENCE ?? ISSUER,
  } as const;
}

type RingSettings = Pick<Config, "JWT_ALG" | "JWT_TYP" | "JWT_AUDIENCE" | "ISSUER">;

/** Opens the configured keys for access tokens. */
export async function openAccessKeys(
  config: Config,
  secrets: Secrets,
  storage: Storage,
  events: SecurityEvents,
  clock: Clock = systemClock,
): Promise<OpenedKeys> {
  if (config.JWT_SECRET_KEY !== undefined) {
    const accessKeys = sharedSecretKeys(config.JWT_SECRET_KEY, config.JWT_AUDIENCE);
    return { accessKeys, description: "HS256 with JWT_SECRET_KEY", ring: undefined };
  }
  const { algorithm, typ, audience } = ringTokens(config);
  const sealingKeys = keysFor("signing-keys", secrets);
  const deps = {
    clock,
    signingKeys: storage.signingKeys,
    revocations: storage.revocations,
    keyMaker: makeKeyMaker(algorithm, sealingKeys[0]),
    keyRotationMs: config.KEY_ROTATION,
    ringTimes: {
      publishedMaxAgeMs: config.JWKS_MAX_AGE,
      publishAheadMs: config.KEY_PUBLISH_AHEAD,
      accessTokenTtlMs: config.ACCESS_TOKEN_TTL,
      refreshTokenTtlMs: config.REFRESH_TOKEN_TTL,
    },
    events,
  };
  const ring = await openKeyRing({
    keepKeys: makeKeepKeys(deps),
    repository: storage.signingKeys,
    clock,
    times: deps.ringTimes,
    algorithm,
    typ,
    audience,
    sealingKeys,
  });
  return {
    accessKeys: ring,
    description: `${algorithm} (${typ}), published as JWKS`,
    ring: {
      listKeys: makeListKeys(deps),
      rotateKeys: makeRotateKeys(deps),
      retireKey: makeRetireKey(deps),
      reload: ring.reload,
    },
  };
}
