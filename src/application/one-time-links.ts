import type { Email } from "../domain/email.ts";
import { AuthError, type AuthErrorCode } from "../domain/errors.ts";
import { linkEnd, type OneTimeToken, type Purpose, serves } from "../domain/one-time-token.ts";
import type { User } from "../domain/user.ts";
import type { Clock } from "./ports/clock.ts";
import type { Ids } from "./ports/ids.ts";
import type { LinkSecrets } from "./ports/link-secrets.ts";
import type { OneTimeTokenRepository } from "./ports/one-time-tokens.ts";
import type { UserRepository } from "./ports/users.ts";
import type { Throttle } from "./throttle.ts";

export interface OneTimeLinksDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly users: UserRepository;
  readonly oneTimeTokens: OneTimeTokenRepository;
  readonly linkSecrets: LinkSecrets;
}

/**
 * Makes a one-time token, beside those that there are. It serves for the account as `user` was read: where a step that
 * ends links came since, it never serves.
 */
export async function newToken(
  { clock, ids, oneTimeTokens }: Pick<OneTimeLinksDeps, "clock" | "ids" | "oneTimeTokens">,
  purpose: Purpose,
  user: User,
  mailedTo: Email = user.email,
): Promise<OneTimeToken> {
  const token: OneTimeToken = {
    purpose,
    userId: user.id,
    id: ids.next(),
    email: mailedTo,
    epoch: user.epoch,
    accountEmail: user.email.canonical,
    expiresAt: linkEnd(purpose, clock.now()),
  };
  await oneTimeTokens.put(token);
  return token;
}

/** A link that serves, and its user as stored now. */
export interface ServingLink {
  readonly token: OneTimeToken;
  readonly user: User;
}

/** The link with this text, if it serves; it is not used up by this. */
async function presentedLink(
  { linkSecrets, oneTimeTokens, users }: OneTimeLinksDeps,
  purpose: Purpose,
  text: string,
  now: Date,
): Promise<ServingLink | undefined> {
  const read = linkSecrets.read(purpose, text);
  if (read === undefined) return undefined;
  const [token, user] = await Promise.all([oneTimeTokens.find(read.id), users.findById(read.userId)]);
  return token?.purpose === purpose && serves(token, user, now) ? { token, user } : undefined;
}

/** A text that is presented as that of a mailed link, and what it may be a link for. */
export interface Presented {
  readonly purposes: readonly Purpose[];
  readonly text: string;
  readonly ip: string;
  /** What a text is refused with that is no link which serves. */
  readonly refusal: AuthErrorCode;
}

/**
 * The link with this text. A text that is none counts as a wrong password from its network.
 * @throws AuthError `refusal`, `too_many_attempts`
 */
export async function admittedLink(
  deps: OneTimeLinksDeps & { readonly throttle: Throttle },
  { purposes, text, ip, refusal }: Presented,
  now: Date,
): Promise<ServingLink> {
  const admission = await deps.throttle.link(ip, now);
  for (const purpose of purposes) {
    const link = await presentedLink(deps, purpose, text, now);
    if (link === undefined) continue;
    await admission.refund();
    return link;
  }
  throw new AuthError(refusal);
}

/** The link with its user read anew, if it still serves: for trying again where another change came first. */
export async function lookAgain(
  { users }: Pick<OneTimeLinksDeps, "users">,
  { token }: ServingLink,
  now: Date,
): Promise<ServingLink | undefined> {
  const user = await users.findById(token.userId);
  return serves(token, user, now) ? { token, user } : undefined;
}
