import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import { attemptCountersContract } from "../../contracts/attempt-counters.contract.ts";
import { attemptLimitsContract } from "../../contracts/attempt-limits.contract.ts";
import { auditTrailContract } from "../../contracts/audit-trail.contract.ts";
import { oneTimeTokensContract } from "../../contracts/one-time-tokens.contract.ts";
import { outboxContract } from "../../contracts/outbox.contract.ts";
import { pagesContract } from "../../contracts/pages.contract.ts";
import { revocationsContract } from "../../contracts/revocations.contract.ts";
import { sessionsContract } from "../../contracts/sessions.contract.ts";
import { settingsContract } from "../../contracts/settings.contract.ts";
import { signingKeysContract } from "../../contracts/signing-keys.contract.ts";
import { userRenamesContract } from "../../contracts/user-renames.contract.ts";
import { usersContract } from "../../contracts/users.contract.ts";

const harness = { open: async () => openMemoryStorage(), cleanup: async () => {} };

usersContract("memory", harness);
userRenamesContract("memory", harness);
pagesContract("memory", harness);
sessionsContract("memory", harness);
revocationsContract("memory", harness);
signingKeysContract("memory", harness);
settingsContract("memory", harness);
attemptCountersContract("memory", harness);
attemptLimitsContract("memory", harness, { isOneStep: true });
oneTimeTokensContract("memory", harness);
outboxContract("memory", harness);
auditTrailContract("memory", harness);
