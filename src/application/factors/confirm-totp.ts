import { BY_PASSWORD_AND_CODE } from "../../domain/authentication.ts";
import { AuthError } from "../../domain/errors.ts";
import {
  changedFactors,
  hasSecondFactor,
  type PendingTotp,
  type Totp,
} from "../../domain/factors/factors.ts";
import type { Hmac } from "../../domain/factors/hmac.ts";
import { acceptedStep, NO_STEP } from "../../domain/factors/totp.ts";
import { untilApplied } from "../../domain/until-applied.ts";
import type { User } from "../../domain/user.ts";
import type { Throttle } from "../limits/throttle.ts";
import { type NoticeDeps, notify } from "../mail/send-later.ts";
import type { Clock } from "../ports/clock.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import { authenticateSession } from "../sessions/authenticate-session.ts";
import { type EndEpochDeps, endEpoch, removeEndedSessions } from "../sessions/end-epoch.ts";
import { type AccessCheckDeps, checkAnyAccessToken } from "../tokens/check-token.ts";
import { attemptFactor } from "./attempt-factor.ts";
import { type NewRecoveryCodesDeps, newRecoveryCodes } from "./recovery-code-hashes.ts";

export interface ConfirmTotpDeps extends AccessCheckDeps, EndEpochDeps, NoticeDeps, NewRecoveryCodesDeps {
  readonly clock: Clock;
  readonly throttle: Throttle;
  readonly events: SecurityEvents;
  readonly hmacSha1: Hmac;
}

export interface ConfirmTotpCommand {
  readonly accessToken: string;
  readonly code: string;
  readonly endOtherSessions?: boolean | undefined;
}

/**
 * Turns the waiting authenticator into a factor, by its first code. From then on every way to a session asks for it. The
 * token's session counts as authenticated with both factors. Resolves to the recovery codes, which are never shown again.
 * @throws AuthError `invalid_factor`, also if no authenticator waits; `factor_exists`, `too_many_attempts`;
 * `invalid_token`, `expired_token`, `revoked_token`
 */
export type ConfirmTotp = (command: ConfirmTotpCommand) => Promise<string[]>;

export function makeConfirmTotp(deps: ConfirmTotpDeps): ConfirmTotp {
  return ({ accessToken, code, endOtherSessions = false }) =>
    untilApplied(async () => {
      const now = deps.clock.now();
      const { user, claims } = await checkAnyAccessToken(deps, accessToken, now);
      if (hasSecondFactor(user.factors)) throw new AuthError("factor_exists");
      const { sessionId } = claims;
      const pending = waitingTotp(user, now);
      const admission = await deps.throttle.factor("totp", user.id, "session", now);
      const totp = await attemptFactor(deps, admission, { userId: user.id, factor: "totp" }, () =>
        confirmed(deps, user.id, pending, code, now),
      );
      const setUp = await deps.throttle.setUp(user.id, now);
      const { shown, stored } = await newRecoveryCodes(deps, user.id);
      const factors = changedFactors(user.factors, { totp, pendingTotp: undefined, recoveryCodes: stored });
      const isStored = await (endOtherSessions
        ? endEpoch(deps, user, now, { keptSession: sessionId, factors })
        : deps.users.replaceFactors(user, factors));
      if (!isStored) {
        await setUp.refund();
        return false;
      }
      deps.events.report({ type: "factor_added", userId: user.id, factor: "totp" });
      await authenticateSession(deps, sessionId, { authenticatedAt: now, amr: BY_PASSWORD_AND_CODE });
      await notify(deps, "second_factor_added", user);
      if (endOtherSessions) await removeEndedSessions(deps, user, now, sessionId);
      return shown;
    });
}

/** The authenticator that waits for its first code. @throws AuthError `invalid_factor` */
function waitingTotp({ epoch, factors }: User, now: Date): PendingTotp {
  const pending = factors?.pendingTotp;
  if (pending?.epoch === epoch && pending.expiresAt > now) return pending;
  throw new AuthError("invalid_factor");
}

/** The waiting authenticator as a factor. @throws AuthError `invalid_factor` */
async function confirmed(
  { factorSeal, hmacSha1 }: ConfirmTotpDeps,
  userId: string,
  { id, sealedSecret }: PendingTotp,
  code: string,
  now: Date,
): Promise<Totp> {
  const { secret } = await factorSeal.open(sealedSecret, { userId, factorId: id });
  const lastStep = acceptedStep(hmacSha1, secret, code, NO_STEP, now);
  if (lastStep === undefined) throw new AuthError("invalid_factor");
  return { id, sealedSecret, createdAt: now, lastStep };
}
