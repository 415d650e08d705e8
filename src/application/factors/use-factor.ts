import { AuthError } from "../../domain/errors.ts";
import { recoveryCodesLeft } from "../../domain/factors/factors.ts";
import { canonicalRecoveryCode } from "../../domain/factors/recovery-codes.ts";
import { untilApplied } from "../../domain/until-applied.ts";
import type { User } from "../../domain/user.ts";
import type { Throttle } from "../limits/throttle.ts";
import { type NoticeDeps, notify } from "../mail/send-later.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import type { UserRepository } from "../ports/storage/users.ts";
import { chargedFactor } from "./charged-factor.ts";
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
 * anything is compared, and a correct one refunded. `from` is `login`, or the id of the session that it is presented in.
 * @throws AuthError `invalid_factor`, also if the user's epoch has been raised since `user` was read; `too_many_attempts`
 */
export async function useFactor(
  deps: UseFactorDeps,
  user: User,
  presented: PresentedFactor,
  from: string,
  now: Date,
): Promise<UsedFactor> {
  const isCode = presented.code !== undefined;
  if (!isCode && canonicalRecoveryCode(presented.recoveryCode ?? "") === undefined) {
    throw new AuthError("invalid_factor");
  }
  const charge = deps.throttle.factor(isCode ? "code" : "recoveryCode", user.id, from, now);
  const attempt = { userId: user.id, factor: isCode ? "totp" : "recovery_code" } as const;
  let present: User | undefined = user;
  const { amr, left } = await chargedFactor(deps, charge, attempt, () =>
    untilApplied(async () => {
      if (present?.epoch !== user.epoch || present.disabled) throw new AuthError("invalid_factor");
      const { next, amr } = await checkFactor(deps, present, presented, now);
      if (await deps.users.replaceFactors(present, next)) return { amr, left: recoveryCodesLeft(next) };
      present = await deps.users.findById(user.id);
      return false;
    }),
  );
  if (isCode) return { amr, recoveryCodesLeft: undefined };
  deps.events.report({ type: "recovery_code_used", userId: user.id, left });
  await notify(deps, "recovery_code_used", user);
  return { amr, recoveryCodesLeft: left };
}
