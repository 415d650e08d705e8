import type { User } from "../../domain/user.ts";
import { type OneTimeLinksDeps, type ValidLink, whileValid } from "../mail/one-time-links.ts";
import type { EpochChanges } from "../ports/storage/users.ts";
import { type EndEpochDeps, endEpoch } from "../sessions/end-epoch.ts";

/**
 * Makes a change by a mailed link that ends every session, and with them every link of the user that such a step ends.
 * That step is what uses the link up: it happens only if the link still serves then, and once.
 * Resolves to the user as before the change; `undefined` where the link serves no more and nothing was done.
 * @throws AuthError `email_taken` where the change is one of the address; nothing was done then
 */
export function endByLink(
  deps: EndEpochDeps & OneTimeLinksDeps,
  presented: ValidLink,
  now: Date,
  changes: (link: ValidLink) => Omit<EpochChanges, "keptSession">,
): Promise<User | undefined> {
  return whileValid(deps, presented, now, (link) =>
    endEpoch(deps, link.user, now, { ...changes(link), keptSession: undefined }),
  );
}

/** Forgets what serves no more once `endByLink` is done. */
export async function tidyAfterLink(
  { oneTimeTokens, sessions }: Pick<EndEpochDeps & OneTimeLinksDeps, "oneTimeTokens" | "sessions">,
  { token }: ValidLink,
  user: User,
): Promise<void> {
  await oneTimeTokens.consume(token.id);
  await sessions.removeEarlier(user.id, user.epoch + 1, undefined);
}
