import { type Authentication, BY_PASSWORD } from "../../domain/authentication.ts";
import { AuthError, type FieldFault } from "../../domain/errors.ts";
import { hasSecondFactor } from "../../domain/factors/factors.ts";
import { presentedPasswordFaults } from "../../domain/password.ts";
import { isExpired } from "../../domain/session.ts";
import { untilApplied } from "../../domain/until-applied.ts";
import type { User } from "../../domain/user.ts";
import { type UseFactorDeps, useFactor } from "../factors/use-factor.ts";
import { noCharge } from "../limits/admission.ts";
import type { HashRequest } from "../limits/hash-request.ts";
import type { RateLimiter } from "../limits/rate-limiter.ts";
import { deviceKeyOf } from "../limits/throttle-keys.ts";
import { type AccessGrant, type GrantDeps, grantAccess } from "../sessions/session-grant.ts";
import { checkAnyAccessToken, type LiveAccess, type RefreshCheckDeps } from "../tokens/check-token.ts";
import { reauthenticationRequired } from "../tokens/recent-authentication.ts";
import { type ConfirmPasswordDeps, confirmPassword } from "./confirm-password.ts";

export interface ReauthenticateDeps extends RefreshCheckDeps, ConfirmPasswordDeps, GrantDeps, UseFactorDeps {
  /** How often one session may reauthenticate or get new secrets. */
  readonly loginRateLimiter: RateLimiter;
}

/** Exactly one of password and code. An account with a second factor needs the code. */
export interface ReauthenticateCommand {
  readonly accessToken: string;
  readonly password?: string | undefined;
  readonly code?: string | undefined;
  readonly client: { readonly ip: string };
  readonly signal?: HashRequest["signal"];
}

/**
 * Records in the session of the token that its user has just authenticated again, and issues a fresh access token. An
 * access token of the Flask server has no session: its client refreshes first.
 * @throws AuthError `validation_failed`, `invalid_credentials`, `invalid_factor`, `reauthentication_required` if a password
 * is presented where the second factor is needed, `too_many_attempts`, `overloaded`, `signing_key_not_yet_valid`;
 * `invalid_token`, `expired_token`, `revoked_token`
 */
export type Reauthenticate = (command: ReauthenticateCommand) => Promise<AccessGrant>;

export function makeReauthenticate(deps: ReauthenticateDeps): Reauthenticate {
  return async (command) => {
    const { accessToken } = command;
    let proved: Proof | undefined;
    // checked at each attempt: the step that came first may have been a change of password
    return untilApplied(async () => {
      const now = deps.clock.now();
      const live = await checkAnyAccessToken(deps, accessToken, now);
      const { user, claims } = live;
      const fields = reauthenticationFaults(command);
      if (fields.length > 0) throw new AuthError("validation_failed", { fields });
      deps.issuer.assertCanSign(now);
      const before = await deps.sessions.find(claims.sessionId);
      if (before === undefined) throw new AuthError("invalid_token");
      if (isExpired(before, now, deps.sessionIdleTtlMs)) throw new AuthError("expired_token");
      // a code is used up by its first check
      if (proved === undefined || !stillProves(proved, user)) proved = await prove(deps, live, command, now);
      const session = await deps.sessions.authenticate(before.id, before.authenticatedAt, proved);
      // after the step, so that nothing that ended the session meanwhile is missed
      const { user: present } = await checkAnyAccessToken(deps, accessToken, now);
      if (session === undefined || present.epoch !== user.epoch) return false;
      deps.events.report({ type: "reauthenticated", userId: user.id, sessionId: session.id });
      return grantAccess(deps, present, session, now, true);
    });
  };
}

interface Proof extends Authentication {
  /** The user's epoch as the proof was checked. */
  readonly epoch: number;
}

/** False if a step that ends sessions, or a second factor that a password does not replace, came after the proof. */
function stillProves({ epoch, amr }: Proof, user: User): boolean {
  return epoch === user.epoch && !(amr === BY_PASSWORD && hasSecondFactor(user.factors));
}

async function prove(
  deps: ReauthenticateDeps,
  { user, claims }: LiveAccess,
  { password, code, client, signal }: ReauthenticateCommand,
  now: Date,
): Promise<Proof> {
  // counted by session, so that a stolen token does not keep its owner from logging in
  deps.loginRateLimiter.admit(`session ${claims.sessionId}`, now);
  const proof = { authenticatedAt: now, epoch: user.epoch };
  if (password === undefined)
    return { ...proof, amr: (await useFactor(deps, user, { code }, "session", now)).amr };
  if (hasSecondFactor(user.factors)) throw reauthenticationRequired(user);
  const attempt = await deps.throttle.device(deviceKeyOf(claims.sessionId, user), now);
  const admission = { password: attempt, change: noCharge };
  await confirmPassword(deps, user, password, admission, { ip: client.ip, signal });
  return { ...proof, amr: BY_PASSWORD };
}

/** The faults that can be told without comparing anything. */
export function reauthenticationFaults({
  password,
  code,
}: Pick<ReauthenticateCommand, "password" | "code">): FieldFault[] {
  if ((password === undefined) === (code === undefined)) {
    const message = "Give either the password or the code";
    return [{ path: "password", code: "one_proof", message }];
  }
  return presentedPasswordFaults("password", password);
}
