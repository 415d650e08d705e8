import type { Storage } from "../../application/ports/storage/storage.ts";
import { memoryAttempts } from "./attempts.ts";
import { memoryAuditTrail } from "./audit-trail.ts";
import { memoryOneTimeTokens } from "./one-time-tokens.ts";
import { memoryOutbox } from "./outbox.ts";
import { memoryRevocations } from "./revocations.ts";
import { memorySessions } from "./sessions.ts";
import { memorySigningKeys } from "./signing-keys.ts";
import type { Step } from "./step.ts";
import { memoryStoredValues } from "./stored-values.ts";
import { memoryUsers } from "./users.ts";

/** Opens a storage in memory, which loses all data when it is closed. For tests and trials in one process. */
export function openMemoryStorage(): Storage {
  let closed = false;
  const step: Step = async (work) => {
    if (closed) throw new Error("The storage is closed");
    return work();
  };
  return {
    users: memoryUsers(step),
    sessions: memorySessions(step),
    revocations: memoryRevocations(step),
    signingKeys: memorySigningKeys(step),
    storedValues: memoryStoredValues(step),
    attempts: memoryAttempts(step),
    oneTimeTokens: memoryOneTimeTokens(step),
    outbox: memoryOutbox(step),
    auditTrail: memoryAuditTrail(step),
    ping: () => step(() => {}),
    close: async () => {
      closed = true;
    },
  };
}
