import { AuthError, type FieldFault } from "../../domain/errors.ts";
import { hasSecondFactor } from "../../domain/factors/factors.ts";
import { presentedPasswordFaults } from "../../domain/password.ts";
import { beginSession, type Client } from "../../domain/session.ts";
import type { User } from "../../domain/user.ts";
import { type Admission, refundedOnFault } from "../limits/admission.ts";
import type { HashRequest } from "../limits/hash-request.ts";
import type { RateLimiter } from "../limits/rate-limiter.ts";
import type { Clock } from "../ports/clock.ts";
import type { LoginFailure, SecurityEvents } from "../ports/security-events.ts";
import { type GrantDeps, grantSession, type SessionGrant } from "../sessions/session-grant.ts";
import { type StartSessionDeps, startSession } from "../sessions/start-session.ts";
import { type AdmitLoginDeps, admitLogin } from "./admit-login.ts";
import { type LoginChallengeDeps, refusalWithChallenge } from "./login-challenge.ts";

export interface LoginDeps extends GrantDeps, AdmitLoginDeps, StartSessionDeps, LoginChallengeDeps {
  readonly clock: Clock;
  readonly events: SecurityEvents;
  readonly refreshTokenTtlMs: number;
  /** How often one account may begin a session. */
  readonly loginRateLimiter: RateLimiter;
  /** Whether a user with an unverified address is refused. */
  readonly verifiedEmailRequired: boolean;
}

export interface LoginCommand {
  /** Exactly one of email and username. */
  readonly email?: string | undefined;
  readonly username?: string | undefined;
  readonly password: string;
  /** A token that the device was given before, of either kind and any age: it makes the device a known one. */
  readonly formerToken?: string | undefined;
  readonly client: Client;
  readonly signal?: HashRequest["signal"];
}

/**
 * Begins a session for a user with the correct password, unless the account has a second factor, which completes the login.
 * The round trips to storage: docs/storage.md.
 * @throws AuthError `validation_failed`, `invalid_credentials`, `email_unverified`, `second_factor_required`,
 * `too_many_attempts`, `overloaded`, `signing_key_not_yet_valid`
 */
export type Login = (command: LoginCommand) => Promise<SessionGrant>;

export function makeLogin(deps: LoginDeps): Login {
  return async (command) => {
    const faults = loginFaults(command);
    if (faults.length > 0) throw new AuthError("validation_failed", { fields: faults });
    const now = deps.clock.now();
    deps.issuer.assertCanSign(now);
    const { account, user: found, admission } = await admitLogin(deps, command, now);
    const request = { ip: command.client.ip, account, signal: command.signal };
    const matches = await refundedOnFault(admission, () =>
      deps.hasher.verify(found?.passwordHash, command.password, request),
    );
    const user = admitted(deps, found, matches);
    if (deps.verifiedEmailRequired && !user.emailVerified) await refuseUnverified(deps, user, admission);
    const needsFactor = hasSecondFactor(user.factors);
    const subject = needsFactor ? `challenge ${user.id}` : user.id;
    await refundedOnFault(admission, () => deps.loginRateLimiter.admit(subject, now));
    if (deps.hasher.isOutdated(user.passwordHash)) await renewHash(deps, user, command.password, request);
    if (needsFactor) {
      await admission.refund();
      throw await refusalWithChallenge(deps, user);
    }
    const begun = beginSession(deps.ids.next(), user, command.client, now, deps.refreshTokenTtlMs);
    const [session] = await Promise.all([startSession(deps, begun, now), admission.refund()]);
    deps.events.report({ type: "login_succeeded", userId: user.id, sessionId: session.id });
    return grantSession(deps, user, session, now);
  };
}

/** @throws AuthError `invalid_credentials`, the same for an unknown user, a wrong password and a disabled account */
function admitted({ events }: LoginDeps, user: User | undefined, matches: boolean): User {
  if (user !== undefined && matches && !user.disabled) return user;
  const reason: LoginFailure = !user ? "unknown_user" : matches ? "disabled" : "wrong_password";
  events.report({ type: "login_failed", userId: user?.id, reason });
  throw new AuthError("invalid_credentials");
}

/** Told only to a user with the correct password, whose attempt is not counted as a wrong one. */
async function refuseUnverified(deps: LoginDeps, user: User, admission: Admission): Promise<never> {
  await admission.refund();
  deps.events.report({ type: "login_failed", userId: user.id, reason: "email_unverified" });
  throw new AuthError("email_unverified");
}

/** A login does not fail because its hash cannot be renewed; a later one renews it. */
async function renewHash(deps: LoginDeps, user: User, password: string, request: HashRequest): Promise<void> {
  try {
    const passwordHash = await deps.hasher.hash(password, request);
    const renewed = await deps.users.replacePasswordHash(user, passwordHash);
    if (renewed) deps.events.report({ type: "password_hash_renewed", userId: user.id });
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
  }
}

/** The faults of a login that can be told without a lookup. */
export function loginFaults({
  email,
  username,
  password,
}: Pick<LoginCommand, "email" | "username" | "password">): FieldFault[] {
  const faults: FieldFault[] = [];
  if ((email === undefined) === (username === undefined)) {
    const message = "Give either the email or the username";
    faults.push({ path: "email", code: "one_identifier", message });
  }
  return [...faults, ...presentedPasswordFaults("password", password)];
}
