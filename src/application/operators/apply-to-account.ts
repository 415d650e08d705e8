import { untilApplied } from "../../domain/until-applied.ts";
import type { User } from "../../domain/user.ts";
import { type FindAccountDeps, findAccount } from "../users/find-account.ts";

/**
 * Applies a conditional change to the account with the id, address or name in `who`. After a lost race the
 * account is read again by its id, because the name or address may belong to another one by then.
 * @throws AuthError `not_found`, also if the account was removed meanwhile
 */
export function applyToAccount<T>(
  deps: FindAccountDeps,
  who: string,
  change: (user: User) => Promise<T>,
): Promise<Exclude<T, false>> {
  let identifier = who;
  return untilApplied(async () => {
    const user = await findAccount(deps, identifier);
    identifier = user.id;
    return change(user);
  });
}
