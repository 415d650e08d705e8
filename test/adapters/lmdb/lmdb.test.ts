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
import { lmdbHarness } from "../../support/storage-lmdb.ts";

const harness = lmdbHarness();

usersContract("lmdb", harness);
userRenamesContract("lmdb", harness);
pagesContract("lmdb", harness);
sessionsContract("lmdb", harness);
revocationsContract("lmdb", harness);
signingKeysContract("lmdb", harness);
settingsContract("lmdb", harness);
attemptCountersContract("lmdb", harness);
attemptLimitsContract("lmdb", harness, { isOneStep: true });
oneTimeTokensContract("lmdb", harness);
outboxContract("lmdb", harness);
auditTrailContract("lmdb", harness);
