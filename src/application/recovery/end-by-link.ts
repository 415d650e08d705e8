import type { User } from "../../domain/user.ts";
import { type OneTimeLinksDeps, type ValidLink, whileValid } from "../mail/one-time-links.ts";
import type { EpochChanges } from "../ports/storage/users.ts";
import { type EndEpochDeps, endEpoch } from "../sessions/end-epoch.ts";

/**
 * Applies a change by a mailed link that ends every session and every link that such a step ends. The step uses the link
 * up: it happens once, and only if the link is still valid. Resolves to the user before the change; to `undefined` if the
 * link was no longer valid and nothing was done.
 * @throws AuthError `email_taken` for a change of address; nothing was done then
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

/** Removes the records that are of no use after `endByLink`. */
export async function removeEndedLinks(
  { oneTimeTokens, sessions }: Pick<EndEpochDeps & OneTimeLinksDeps, "oneTimeTokens" | "sessions">,
  { token }: ValidLink,
  user: User,
): Promise<void> {
  await oneTimeTokens.consume(token.id);
  await sessions.removeEarlier(user.id, user.epoch + 1, undefined);
}
