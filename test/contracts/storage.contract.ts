import type { StorageHarness } from "../support/storage-harness.ts";
import { attemptCountersContract } from "./attempt-counters.contract.ts";
import { attemptLimitsContract } from "./attempt-limits.contract.ts";
import { auditTrailContract } from "./audit-trail.contract.ts";
import { freshReadsContract } from "./fresh-reads.contract.ts";
import { oneTimeTokensContract } from "./one-time-tokens.contract.ts";
import { outboxContract } from "./outbox.contract.ts";
import { pagesContract } from "./pages.contract.ts";
import { revocationsContract } from "./revocations.contract.ts";
import { sessionsContract } from "./sessions.contract.ts";
import { signingKeysContract } from "./signing-keys.contract.ts";
import { storedValuesContract } from "./stored-values.contract.ts";
import { userFactorsContract } from "./user-factors.contract.ts";
import { userRenamesContract } from "./user-renames.contract.ts";
import { usersContract } from "./users.contract.ts";

/**
 * The contract of all ports in `src/application/ports/storage`. `isOneStep`: the storage changes several attempt keys
 * in one atomic step.
 */
export function storageContract(
  name: string,
  harness: StorageHarness,
  options: { readonly isOneStep?: boolean } = {},
): void {
  usersContract(name, harness);
  userRenamesContract(name, harness);
  userFactorsContract(name, harness);
  pagesContract(name, harness);
  freshReadsContract(name, harness);
  sessionsContract(name, harness);
  revocationsContract(name, harness);
  signingKeysContract(name, harness);
  storedValuesContract(name, harness);
  attemptCountersContract(name, harness);
  attemptLimitsContract(name, harness, options);
  oneTimeTokensContract(name, harness);
  outboxContract(name, harness);
  auditTrailContract(name, harness);
}
