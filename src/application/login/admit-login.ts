import { revocationKey } from "../../domain/revocation.ts";
import type { User } from "../../domain/user.ts";
import { canonicalUsername } from "../../domain/username.ts";
import type { GatedHasher } from "../limits/hashing-gate.ts";
import type { Admission, Throttle } from "../limits/throttle.ts";
import { deviceKeyOf, throttleKeysOf } from "../limits/throttle-keys.ts";
import type { RevocationRepository } from "../ports/storage/revocations.ts";
import type { UserRepository } from "../ports/storage/users.ts";
import type { TokenVerifier } from "../ports/tokens.ts";
import { type FindByEmailDeps, findByEmail } from "../users/find-by-email.ts";
import { findByName } from "../users/find-by-name.ts";
import { type DeviceSession, readDeviceToken } from "./device-token.ts";

export interface AdmitLoginDeps extends Pick<FindByEmailDeps, "storedEmails"> {
  readonly hasher: GatedHasher;
  readonly users: UserRepository;
  readonly revocations: RevocationRepository;
  /** Reads tokens that a device had before, and changes nothing. */
  readonly formerTokens: TokenVerifier;
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
  /** What was typed, as it is looked up. */
  readonly account: string;
  readonly user: User | undefined;
  readonly admission: Admission;
}

/**
 * Finds the account, then charges the attempt to it, or to what was typed where no account is found: the storage calls
 * are the same. A former token is verified first, whether the account exists or not, and costs the same storage calls whatever is
 * wrong with it.
 * @throws AuthError `too_many_attempts`; `overloaded` where no hash could be made, before anything is asked or charged
 */
export async function admitLogin(
  deps: AdmitLoginDeps,
  attempt: LoginAttempt,
  now: Date,
): Promise<AdmittedLogin> {
  const { users, throttle } = deps;
  const { email, username = "", formerToken, client } = attempt;
  const typed = email === undefined ? canonicalUsername(username) : deps.canonicalEmail(email);
  // one who floods costs no more than the reading of a body
  deps.hasher.refuseIfFull({ ip: client.ip, account: typed });
  const find = () => (email === undefined ? findByName(users, username) : findByEmail(deps, email));
  const asStranger = (user: User | undefined) => throttle.login(throttleKeysOf(typed, user), client.ip, now);
  if (formerToken === undefined) {
    const user = await find();
    return { account: typed, user, admission: await asStranger(user) };
  }
  const former = await readDeviceToken(deps.formerTokens, formerToken, now);
  const [user, distrust] = await Promise.all([
    find(),
    deps.revocations.find(keysThatDistrust(former ?? NO_SESSION), now),
  ]);
  const known = former?.userId === user?.id && distrust.size === 0 ? user : undefined;
  const admission = await (former !== undefined && known !== undefined
    ? throttle.device(deviceKeyOf(former.sessionId, known), now)
    : asStranger(user));
  return { account: typed, user, admission };
}

/** Asked about where the token says nothing, so that storage is asked alike. */
const NO_SESSION = { sessionId: "none", keyId: undefined };

/**
 * The entries that make a device unknown. Its token may be expired or revoked, but not stolen: neither one from
 * a session that ended for that, nor one that somebody with a leaked key could have made.
 */
function keysThatDistrust({ sessionId, keyId }: Omit<DeviceSession, "userId">): string[] {
  const theft = revocationKey.theft(sessionId);
  return keyId === undefined ? [theft] : [theft, revocationKey.signingKey(keyId)];
}
