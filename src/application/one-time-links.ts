import type { Email } from "../domain/email.ts";
import { linkEnd, type Purpose } from "../domain/one-time-token.ts";
import type { Clock } from "./ports/clock.ts";
import type { Ids } from "./ports/ids.ts";
import type { LinkSecrets } from "./ports/link-secrets.ts";
import type { OneTimeToken, OneTimeTokenRepository } from "./ports/one-time-tokens.ts";

export interface OneTimeLinksDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly oneTimeTokens: OneTimeTokenRepository;
  readonly linkSecrets: LinkSecrets;
}

/** Makes a one-time token; the one that there was for this purpose is no good any more. */
export async function newToken(
  { clock, ids, oneTimeTokens }: OneTimeLinksDeps,
  purpose: Purpose,
  userId: string,
  email: Email,
): Promise<OneTimeToken> {
  const token = { purpose, userId, id: ids.next(), email, expiresAt: linkEnd(purpose, clock.now()) };
  await oneTimeTokens.put(token);
  return token;
}

/** The token that this text is of, if it serves; it is not used up by this. */
export async function presentedToken(
  { linkSecrets, oneTimeTokens }: OneTimeLinksDeps,
  purpose: Purpose,
  text: string,
  now: Date,
): Promise<OneTimeToken | undefined> {
  const read = linkSecrets.read(purpose, text);
  if (read === undefined) return undefined;
  const token = await oneTimeTokens.find(purpose, read.userId);
  return token?.id === read.id && now < token.expiresAt ? token : undefined;
}
