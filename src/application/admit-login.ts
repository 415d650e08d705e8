import { AuthError } from "../domain/errors.ts";
import { revocationKey } from "../domain/revocation.ts";
import type { User } from "../domain/user.ts";
import { canonicalUsername } from "../domain/username.ts";
import { findByName } from "./find-by-name.ts";
import type { RevocationRepository } from "./ports/revocations.ts";
import type { TokenVerifier } from "./ports/tokens.ts";
import type { UserRepository } from "./ports/users.ts";
import { readEitherToken } from "./read-either-token.ts";
import type { Admission, Throttle } from "./throttle.ts";

export interface AdmitLoginDeps {
  readonly users: UserRepository;
  readonly revocations: RevocationRepository;
  readonly verifier: TokenVerifier;
  readonly throttle: Throttle;
  readonly canonicalEmail: (text: string) => string;
}

interface LoginAttempt {
  readonly email?: string | undefined;
  readonly username?: string | undefined;
  /** A token that the device had before. */
  readonly formerToken?: string | undefined;
  readonly client: { readonly ip: string };
}

/** Who is meant, if anybody, and the charge for the attempt. */
export interface AdmittedLogin {
  readonly user: User | undefined;
  readonly admission: Admission;
}

/**
 * Finds the user and charges the attempt, in one round trip; a known device takes one more.
 * @throws AuthError `too_many_attempts`
 */
export async function admitLogin(
  deps: AdmitLoginDeps,
  attempt: LoginAttempt,
  now: Date,
): Promise<AdmittedLogin> {
  const { users, throttle } = deps;
  const { email, username = "", formerToken, client } = attempt;
  const typed = email === undefined ? canonicalUsername(username) : deps.canonicalEmail(email);
  const finding = email === undefined ? findByName(users, username) : users.findByEmail(typed);
  if (formerToken !== undefined) {
    const user = await finding;
    const device = user && (await deviceOf(deps, user, formerToken, now));
    const admission = device ? throttle.device(device, now) : throttle.login(typed, client.ip, now);
    return { user, admission: await admission };
  }
  const [user, admission] = await Promise.all([finding, throttle.login(typed, client.ip, now)]);
  return { user, admission };
}

/**
 * The session that this device had with the user. The token may be expired or revoked, but not stolen: neither
 * one from a session that ended for that, nor one that somebody with a leaked key could have made.
 */
async function deviceOf(
  { verifier, revocations }: AdmitLoginDeps,
  user: User,
  formerToken: string,
  now: Date,
): Promise<string | undefined> {
  try {
    const { userId, sessionId, keyId } = await readEitherToken(verifier, formerToken, now);
    if (userId !== user.id) return undefined;
    const distrusted = [revocationKey.theft(sessionId)];
    if (keyId !== undefined) distrusted.push(revocationKey.signingKey(keyId));
    return (await revocations.find(distrusted, now)).size > 0 ? undefined : sessionId;
  } catch (error) {
    if (error instanceof AuthError && error.code === "invalid_token") return undefined;
    throw error;
  }
}
