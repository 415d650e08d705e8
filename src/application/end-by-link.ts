import type { User } from "../domain/user.ts";
import { type EndEpochDeps, endEpoch } from "./end-epoch.ts";
import { lookAgain, type OneTimeLinksDeps, type ServingLink } from "./one-time-links.ts";
import type { EpochChanges } from "./ports/users.ts";

/**
 * Makes a change by a mailed link that ends every session, and with them every link of the user, this one included.
 * The step that raises the epoch is what uses the link up: it happens only if the link still serves then, and once.
 * Resolves to the user as before the change; `undefined` where the link serves no more and nothing was done.
 */
export async function endByLink(
  deps: EndEpochDeps & OneTimeLinksDeps,
  presented: ServingLink,
  now: Date,
  changes: Omit<EpochChanges, "keptSession">,
): Promise<User | undefined> {
  for (
    let link: ServingLink | undefined = presented;
    link !== undefined;
    link = await lookAgain(deps, link, now)
  ) {
    const ended = await endEpoch(deps, link.user, now, { ...changes, keptSession: undefined });
    // else another change came first, and perhaps ended the link
    if (ended === undefined) continue;
    // none of them serves any more: this tidies only
    await deps.oneTimeTokens.removeOf(link.user.id);
    return link.user;
  }
  return undefined;
}
