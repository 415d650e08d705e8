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

/** Numbers of accounts. */
export interface ResealedFactors {
  readonly changed: number;
  /** Accounts with a secret that no configured key opens, such as those imported from a service with another SECRET_KEY. */
  readonly unreadable: number;
}

/**
 * Seals the secrets of all factors under the current SECRET_KEY, so that the former one can be given up. It may be
 * interrupted, repeated, and run by several processes at once. An account that it cannot read stays as it is.
 */
export type ResealFactors = (signal: Cancellation) => Promise<ResealedFactors>;

export function makeResealFactors(deps: ResealFactorsDeps): ResealFactors {
  return async (signal) => {
    const counts = { changed: 0, unreadable: 0 };
    for await (const user of allOf(deps.users.list, ({ id }) => id)) {
      if (signal.aborted) break;
      const outcome = await resealed(deps, user);
      if (outcome !== undefined) counts[outcome] += 1;
    }
    return counts;
  };
}

/** What was done for the account; `undefined` if there was nothing to do. */
function resealed(
  { users, factorSeal }: ResealFactorsDeps,
  listed: User,
): Promise<keyof ResealedFactors | undefined> {
  let user: User | undefined = listed;
  return untilApplied(async () => {
    if (user?.factors === undefined) return undefined;
    const changes = await outdatedOf(factorSeal, user.id, user.factors).catch(() => undefined);
    if (changes === undefined) return "unreadable";
    if (Object.keys(changes).length === 0) return undefined;
    if (await users.replaceFactors(user, changedFactors(user.factors, changes))) return "changed";
    user = await users.findById(user.id);
    return false;
  });
}

/**
 * The secrets that are sealed under a former key, sealed anew. An authenticator that waits for its first code is forgotten if
 * it cannot be opened. @throws Error if no key opens one of the others
 */
async function outdatedOf(
  seal: FactorSeal,
  userId: string,
  { totp, pendingTotp, recoveryCodes }: Factors,
): Promise<Partial<Factors>> {
  /** `undefined` if there is nothing to do. */
  const again = async (sealed: string | undefined, factorId = "") => {
    if (sealed === undefined) return undefined;
    const { secret, isOutdated } = await seal.open(sealed, { userId, factorId });
    return isOutdated ? seal.seal(secret, { userId, factorId }) : undefined;
  };
  const [secret, key, pending] = await Promise.all([
    again(totp?.sealedSecret, totp?.id),
    again(recoveryCodes?.sealedKey, recoveryCodes?.id),
    again(pendingTotp?.sealedSecret, pendingTotp?.id).catch(() => null),
  ]);
  return {
    ...(totp && secret && { totp: { ...totp, sealedSecret: secret } }),
    ...(recoveryCodes && key && { recoveryCodes: { ...recoveryCodes, sealedKey: key } }),
    ...(pendingTotp && pending && { pendingTotp: { ...pendingTotp, sealedSecret: pending } }),
    ...(pending === null && { pendingTotp: undefined }),
  };
}
