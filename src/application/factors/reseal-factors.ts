import { changedFactors, type Factors } from "../../domain/factors/factors.ts";
import { untilApplied } from "../../domain/until-applied.ts";
import type { User } from "../../domain/user.ts";
import { allOf } from "../paging/pages.ts";
import type { Cancellation } from "../ports/cancellation.ts";
import type { FactorSeal } from "../ports/factor-seal.ts";
import type { UserRepository } from "../ports/storage/users.ts";

export interface ResealFactorsDeps {
  readonly users: UserRepository;
  readonly factorSeal: FactorSeal;
}

/**
 * Seals the secrets of all factors under the current SECRET_KEY, so that the former one can be given up. It may be
 * interrupted, repeated, and run by several processes at once. Resolves to the number of accounts that it changed.
 */
export type ResealFactors = (signal: Cancellation) => Promise<number>;

export function makeResealFactors(deps: ResealFactorsDeps): ResealFactors {
  return async (signal) => {
    let changed = 0;
    for await (const user of allOf(deps.users.list, ({ id }) => id)) {
      if (signal.aborted) break;
      if (user.factors !== undefined && (await resealed(deps, user))) changed += 1;
    }
    return changed;
  };
}

function resealed({ users, factorSeal }: ResealFactorsDeps, listed: User): Promise<"changed" | undefined> {
  let user: User | undefined = listed;
  return untilApplied(async () => {
    if (user?.factors === undefined) return undefined;
    const changes = await outdatedOf(factorSeal, user.id, user.factors);
    if (Object.keys(changes).length === 0) return undefined;
    if (await users.replaceFactors(user, changedFactors(user.factors, changes))) return "changed";
    user = await users.findById(user.id);
    return false;
  });
}

/** The factors whose secrets are sealed under a former key, sealed anew. */
async function outdatedOf(
  seal: FactorSeal,
  userId: string,
  { totp, pendingTotp, recoveryCodes }: Factors,
): Promise<Partial<Factors>> {
  const again = async (sealed: string | undefined, factorId: string | undefined) => {
    if (sealed === undefined || factorId === undefined) return undefined;
    const { secret, isOutdated } = await seal.open(sealed, { userId, factorId });
    return isOutdated ? seal.seal(secret, { userId, factorId }) : undefined;
  };
  const [secret, pendingSecret, key] = await Promise.all([
    again(totp?.sealedSecret, totp?.id),
    again(pendingTotp?.sealedSecret, pendingTotp?.id),
    again(recoveryCodes?.sealedKey, recoveryCodes?.id),
  ]);
  return {
    ...(totp && secret !== undefined && { totp: { ...totp, sealedSecret: secret } }),
    ...(pendingTotp &&
      pendingSecret !== undefined && { pendingTotp: { ...pendingTotp, sealedSecret: pendingSecret } }),
    ...(recoveryCodes && key !== undefined && { recoveryCodes: { ...recoveryCodes, sealedKey: key } }),
  };
}
