import type { AccessKeys } from "../../../adapters/jose/access-keys.ts";
import { type CheckHealthDeps, makeCheckHealth } from "../../../application/maintenance/check-health.ts";
import { makeSweep } from "../../../application/maintenance/sweep.ts";
import { AuthError } from "../../../domain/errors.ts";
import type { Factories, Made } from "../container.ts";
import type { Opened, Shared } from "./shared.ts";
import type { TokenOptions } from "./tokens.ts";

const useCases = { checkHealth: makeCheckHealth, sweep: makeSweep };

export interface MaintenanceParts
  extends Made<typeof useCases>,
    Pick<CheckHealthDeps, "hasSigningKey" | "pingStorage" | "tryHashing"> {
  readonly auditRetentionMs: number;
}

export interface MaintenanceOptions
  extends Pick<Opened, "config" | "storage">,
    Pick<TokenOptions, "keys">,
    Pick<CheckHealthDeps, "tryHashing"> {}

export function maintenance({
  config,
  storage,
  keys,
  tryHashing,
}: MaintenanceOptions): Factories<MaintenanceParts, Shared> {
  return {
    pingStorage: () => storage.ping,
    tryHashing: () => tryHashing,
    hasSigningKey: () => (now) => canSign(keys.accessKeys, now),
    auditRetentionMs: () => config.AUDIT_RETENTION,
    ...useCases,
  };
}

function canSign(accessKeys: AccessKeys, now: Date): boolean {
  try {
    accessKeys.signingKey(now);
    return true;
  } catch (error) {
    if (error instanceof AuthError) return false;
    throw error;
  }
}
