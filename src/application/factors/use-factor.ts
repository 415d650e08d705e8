import { AuthError } from "../../domain/errors.ts";
import { recoveryCodesLeft } from "../../domain/factors/factors.ts";
import { untilApplied } from "../../domain/until-applied.ts";
import type { User } from "../../domain/user.ts";
import type { FactorUse, Throttle } from "../limits/throttle.ts";
import { type NoticeDeps, notify } from "../mail/send-later.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import type { UserRepository } from "../ports/storage/users.ts";
import { attemptFactor, isWrongFactor } from "./attempt-factor.ts";
import { type CheckFactorDeps, checkFactor, type PresentedFactor } from "./check-factor.ts";

export interface UseFactorDeps extends CheckFactorDeps, NoticeDeps {
  readonly users: UserRepository;
  readonly throttle: Throttle;
  readonly events: SecurityEvents;
}

/** A second factor that was used. */
export interface UsedFactor {
  /** The methods of an authentication by password and this factor. */
  readonly amr: readonly string[];
  /** `undefined` if no recovery code was used. */
  readonly recoveryCodesLeft: number | undefined;
}

/**
 * Uses up a code or a recovery code of the user: of any number of uses at once, one succeeds. The attempt is charged before
 * anything is compared, and a correct one refunded. The owner is notified of a wrong one, which may come from a thief.
 * @throws AuthError `invalid_factor`, also if the user's epoch has been raised since `user` was read; `too_many_attempts`
 */
export async function useFactor(
  deps: UseFactorDeps,
  user: User,
  presented: PresentedFactor,
  use: FactorUse,
  now: Date,
): Promise<UsedFactor> {
  const factor = presented.code === undefined ? "recovery_code" : "totp";
  const admission = await deps.throttle.factor(factor, user.id, use, now);
  let present: User | undefined = user;
  const work = () =>
    untilApplied(async () => {
      if (present?.epoch !== user.epoch || present.disabled) throw new AuthError("invalid_factor");
      const { next, amr } = await checkFactor(deps, present, presented, now);
      if (await deps.users.replaceFactors(present, next)) return { amr, left: recoveryCodesLeft(next) };
      present = await deps.users.findById(user.id);
      return false;
    });
  const { amr, left } = await attemptFactor(deps, admission, { userId: user.id, factor }, work).catch(
    async (error) => {
      if (isWrongFactor(error)) await notify(deps, "second_factor_refused", user);
      throw error;
    },
  );
  if (factor === "totp") return { amr, recoveryCodesLeft: undefined };
  deps.events.report({ type: "recovery_code_used", userId: user.id, left });
  await notify(deps, "recovery_code_used", user);
  return { amr, recoveryCodesLeft: left };
}
