import type { Email } from "../../domain/email.ts";
import { emailRevision } from "../../domain/email-history.ts";
import { AuthError, type AuthErrorCode } from "../../domain/errors.ts";
import { isValidLink, linkEnd, type OneTimeToken, type Purpose } from "../../domain/one-time-token.ts";
import { untilApplied } from "../../domain/until-applied.ts";
import type { User } from "../../domain/user.ts";
import { refundedOnFault } from "../limits/admission.ts";
import type { Throttle } from "../limits/throttle.ts";
import type { Clock } from "../ports/clock.ts";
import type { Ids } from "../ports/ids.ts";
import type { LinkSecrets } from "../ports/link-secrets.ts";
import type { OneTimeTokenRepository } from "../ports/storage/one-time-tokens.ts";
import type { UserRepository } from "../ports/storage/users.ts";

export interface OneTimeLinksDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly users: UserRepository;
  readonly oneTimeTokens: OneTimeTokenRepository;
  readonly linkSecrets: LinkSecrets;
}

/**
 * Makes a one-time token; earlier ones stay valid. It belongs to the account as `user` was read: if a step that ends
 * links came since, the token is never valid.
 */
export async function newToken(
  { clock, ids, oneTimeTokens }: Pick<OneTimeLinksDeps, "clock" | "ids" | "oneTimeTokens">,
  purpose: Purpose,
  user: User,
  { email = user.email, isMailed = true }: { readonly email?: Email; readonly isMailed?: boolean } = {},
): Promise<OneTimeToken> {
  const token: OneTimeToken = {
    purpose,
    userId: user.id,
    id: ids.next(),
    email,
    epoch: user.epoch,
    accountEmail: user.email.canonical,
    emailRevision: emailRevision(user),
    isMailed,
    expiresAt: linkEnd(purpose, clock.now()),
  };
  await oneTimeTokens.put(token);
  return token;
}

/** A valid link, and its user as stored now. */
export interface ValidLink {
  readonly token: OneTimeToken;
  readonly user: User;
}

/** The content of a genuine link. */
interface ReadLink {
  readonly purpose: Purpose;
  readonly userId: string;
  readonly id: string;
}

/** The content of the text, if this service made it for one of these purposes. Does not access storage. */
function readLink(
  { linkSecrets }: OneTimeLinksDeps,
  purposes: readonly Purpose[],
  text: string,
): ReadLink | undefined {
  for (const purpose of purposes) {
    const read = linkSecrets.read(purpose, text);
    if (read !== undefined) return { ...read, purpose };
  }
  return undefined;
}

/** The link, if it is valid. This does not use it up. */
async function findValidLink(
  { oneTimeTokens, users }: OneTimeLinksDeps,
  { purpose, userId, id }: ReadLink,
  now: Date,
): Promise<ValidLink | undefined> {
  const [token, user] = await Promise.all([oneTimeTokens.find(id), users.findById(userId)]);
  return token?.purpose === purpose && isValidLink(token, user, now) ? { token, user } : undefined;
}

/** A text that is presented as the secret of a mailed link, and the purposes that it may have. */
export interface Presented {
  readonly purposes: readonly Purpose[];
  readonly text: string;
  readonly ip: string;
  /** The error code for a text that is not that of a valid link. */
  readonly refusal: AuthErrorCode;
}

/**
 * The link with this text. A text that this service did not make counts as a wrong password from its network. A genuine
 * link that is not valid counts under its own id alone, so that valid links are not refused for what others present.
 * @throws AuthError `refusal`, `too_many_attempts`
 */
export async function admittedLink(
  deps: OneTimeLinksDeps & { readonly throttle: Throttle },
  { purposes, text, ip, refusal }: Presented,
  now: Date,
): Promise<ValidLink> {
  const read = readLink(deps, purposes, text);
  if (read === undefined) {
    await deps.throttle.forgedLink(ip, now);
    throw new AuthError(refusal);
  }
  const admission = await deps.throttle.link(read.id, now);
  const link = await refundedOnFault(admission, () => findValidLink(deps, read, now));
  if (link === undefined) throw new AuthError(refusal);
  await admission.refund();
  return link;
}

/**
 * Applies a conditional change by a link, for as long as the link is valid: the change that came first may have ended it.
 * Resolves to the user before the change; to `undefined` where the link was no longer valid and nothing was done.
 */
export function whileValid(
  deps: Pick<OneTimeLinksDeps, "users">,
  presented: ValidLink,
  now: Date,
  change: (link: ValidLink) => Promise<boolean>,
): Promise<User | undefined> {
  let link: ValidLink | undefined = presented;
  return untilApplied(async () => {
    if (link === undefined) return undefined;
    if (await change(link)) return link.user;
    link = await readAgain(deps, link, now);
    return false;
  });
}

/** The link with its user read again, if it is still valid. */
async function readAgain(
  { users }: Pick<OneTimeLinksDeps, "users">,
  { token }: ValidLink,
  now: Date,
): Promise<ValidLink | undefined> {
  const user = await users.findById(token.userId);
  return isValidLink(token, user, now) ? { token, user } : undefined;
}
