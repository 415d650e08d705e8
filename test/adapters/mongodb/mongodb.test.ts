import { describe } from "vitest";
import { attemptCountersContract } from "../../contracts/attempt-counters.contract.ts";
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
import { mongoHarness, mongoServer } from "../../support/storage-mongodb.ts";

describe.skipIf(!mongoServer)("mongodb", () => {
  const harness = mongoHarness();
  usersContract("mongodb", harness);
  userRenamesContract("mongodb", harness);
  pagesContract("mongodb", harness);
  sessionsContract("mongodb", harness);
  revocationsContract("mongodb", harness);
  signingKeysContract("mongodb", harness);
  settingsContract("mongodb", harness);
  attemptCountersContract("mongodb", harness);
  oneTimeTokensContract("mongodb", harness);
  outboxContract("mongodb", harness);
  auditTrailContract("mongodb", harness);
});
