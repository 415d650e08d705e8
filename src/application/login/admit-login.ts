import { revocationKey } from "../../domain/revocation.ts";
import type { User } from "../../domain/user.ts";
import { canonicalUsername } from "../../domain/username.ts";
import type { Admission } from "../limits/admission.ts";
import type { GatedHasher } from "../limits/hashing-gate.ts";
import type { Throttle } from "../limits/throttle.ts";
import { deviceKeyOf, throttleKeysOf } from "../limits/throttle-keys.ts";
import type { RevocationRepository } from "../ports/storage/revocations.ts";
import type { UserRepository } from "../ports/storage/users.ts";
import type { TokenVerifier } from "../ports/tokens.ts";
import { type FindByEmailDeps, findByStoredEmail } from "../users/find-by-email.ts";
import { findByName } from "../users/find-by-name.ts";
import { type DeviceSession, readDeviceToken } from "./device-token.ts";

export interface AdmitLoginDeps extends Pick<FindByEmailDeps, "storedEmails" | "canonicalEmail"> {
  readonly hasher: GatedHasher;
  readonly users: UserRepository;
  readonly revocations: RevocationRepository;
  /** Verifies tokens that a device was given before, and changes nothing. */
  readonly formerTokens: TokenVerifier;
  readonly throttle: Throttle;
}

interface LoginAttempt {
  readonly email?: string | undefined;
  readonly username?: string | undefined;
  /** A token that the device was given before. */
  readonly formerToken?: string | undefined;
  readonly client: { readonly ip: string };
}

/** The user that the login is for, if there is one, and the charge of the attempt. */
export interface AdmittedLogin {
  /** The canonical form of the name or address that was typed. */
  readonly account: string;
  readonly user: User | undefined;
  readonly admission: Admission;
}

/**
 * Finds the account, then charges the attempt to it, or to what was typed if there is no such account: the calls of
 * storage are the same. A token of the device is verified first, whether the account exists or not, and costs the same
 * calls whether it is valid or not.
 * @throws AuthError `too_many_attempts`; `overloaded` if the queue of hashes is full, before any lookup or charge
 */
export async function admitLogin(
  deps: AdmitLoginDeps,
  attempt: LoginAttempt,
  now: Date,
): Promise<AdmittedLogin> {
  const { users, throttle } = deps;
  const { email, username = "", formerToken, client } = attempt;
  const forms = email === undefined ? undefined : deps.storedEmails(email);
  const typed = forms === undefined ? canonicalUsername(username) : forms[0];
  // first of all, so that a request of a flood costs no more than reading its body
  deps.hasher.refuseIfFull({ ip: client.ip, account: typed });
  const find = () => (forms === undefined ? findByName(users, username) : findByStoredEmail(deps, forms));
  const asStranger = (user: User | undefined) => throttle.login(throttleKeysOf(typed, user), client.ip, now);
  if (formerToken === undefined) {
    const user = await find();
    return { account: typed, user, admission: await asStranger(user) };
  }
  const former = await readDeviceToken(deps.formerTokens, formerToken, now);
  const [user, distrust] = await Promise.all([
    find(),
    deps.revocations.find(deviceRevocationKeys(former ?? NO_SESSION), now),
  ]);
  const known = former?.userId === user?.id && distrust.size === 0 ? user : undefined;
  const admission = await (former !== undefined && known !== undefined
    ? throttle.device(deviceKeyOf(former.sessionId, known), now)
    : asStranger(user));
  return { account: typed, user, admission };
}

/** Looked up if the token is not valid, so that the calls of storage are the same. */
const NO_SESSION = { sessionId: "none", keyId: undefined };

/**
 * The revocation entries that make a device unknown. The token may have expired or been revoked, but it must not come from
 * a session that ended because of a theft, nor have been signed with a key that was retired.
 */
function deviceRevocationKeys({ sessionId, keyId }: Omit<DeviceSession, "userId">): string[] {
  const theft = revocationKey.theft(sessionId);
  return keyId === undefined ? [theft] : [theft, revocationKey.signingKey(keyId)];
}
