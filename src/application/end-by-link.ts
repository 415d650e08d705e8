import type { User } from "../domain/user.ts";
import { type EndEpochDeps, endEpoch } from "./end-epoch.ts";
import { lookAgain, type OneTimeLinksDeps, type ServingLink } from "./one-time-links.ts";
import type { EpochChanges } from "./ports/users.ts";

/**
 * Makes a change by a mailed link that ends every session, and with them every link of the user that such a step ends.
 * That step is what uses the link up: it happens only if the link still serves then, and once.
 * Resolves to the user as before the change; `undefined` where the link serves no more and nothing was done.
 * @throws AuthError `email_taken` where the change is one of the address; nothing was done then
 */
export async function endByLink(
  deps: EndEpochDeps & OneTimeLinksDeps,
  presented: ServingLink,
  now: Date,
  changes: (link: ServingLink) => Omit<EpochChanges, "keptSession">,
): Promise<User | undefined> {
  for (
    let link: ServingLink | undefined = presented;
    link !== undefined;
    link = await lookAgain(deps, link, now)
  ) {
    if (await endEpoch(deps, link.user, now, { ...changes(link), keptSession: undefined })) return link.user;
    // another change came first, and perhaps ended the link
  }
  return undefined;
}

/** Forgets what serves no more once `endByLink` is done. */
export async function tidyAfterLink(
  { oneTimeTokens, sessions }: Pick<EndEpochDeps & OneTimeLinksDeps, "oneTimeTokens" | "sessions">,
  { token }: ServingLink,
  user: User,
): Promise<void> {
  await oneTimeTokens.consume(token.id);
  await sessions.removeEarlier(user.id, user.epoch + 1, undefined);
}
