import { BY_PASSWORD } from "../../domain/authentication.ts";
import { AuthError } from "../../domain/errors.ts";
import { presentedPasswordFaults } from "../../domain/password.ts";
import { isExpired } from "../../domain/session.ts";
import { untilApplied } from "../../domain/until-applied.ts";
import type { HashRequest } from "../limits/hash-request.ts";
import type { RateLimiter } from "../limits/rate-limiter.ts";
import { noCharge, type Throttle } from "../limits/throttle.ts";
import { deviceKeyOf } from "../limits/throttle-keys.ts";
import type { Clock } from "../ports/clock.ts";
import { type AccessGrant, type GrantDeps, grantAccess } from "../sessions/session-grant.ts";
import { checkAccessToken, type RefreshCheckDeps } from "../tokens/check-token.ts";
import { type ConfirmPasswordDeps, confirmPassword } from "./confirm-password.ts";

export interface ReauthenticateDeps extends RefreshCheckDeps, ConfirmPasswordDeps, GrantDeps {
  readonly clock: Clock;
  readonly throttle: Throttle;
  /** How often one account may begin a session or authenticate again. */
  readonly loginRateLimiter: RateLimiter;
}

export interface ReauthenticateCommand {
  readonly accessToken: string;
  readonly password: string;
  readonly client: { readonly ip: string };
  readonly signal?: HashRequest["signal"];
}

/**
 * Records in the session of the token that its user has just authenticated again, and issues a fresh access token. An
 * access token of the Flask server has no session: its client refreshes first.
 * @throws AuthError `validation_failed`, `invalid_credentials`, `too_many_attempts`, `overloaded`,
 * `signing_key_not_yet_valid`; `invalid_token`, `expired_token`, `revoked_token`
 */
export type Reauthenticate = (command: ReauthenticateCommand) => Promise<AccessGrant>;

export function makeReauthenticate(deps: ReauthenticateDeps): Reauthenticate {
  return ({ accessToken, password, client, signal }) =>
    // checked at each attempt: the step that came first may have been a change of password
    untilApplied(async () => {
      const now = deps.clock.now();
      const { user, claims } = await checkAccessToken(deps, accessToken, now);
      const fields = presentedPasswordFaults("password", password);
      if (fields.length > 0) throw new AuthError("validation_failed", { fields });
      deps.issuer.mustSign(now);
      const before = await deps.sessions.find(claims.sessionId);
      if (before === undefined) throw new AuthError("invalid_token");
      if (isExpired(before, now, deps.sessionIdleTtlMs)) throw new AuthError("expired_token");
      const attempt = await deps.throttle.device(deviceKeyOf(claims.sessionId, user), now);
      const admission = { password: attempt, change: noCharge };
      await confirmPassword(deps, user, password, admission, { ip: client.ip, signal });
      deps.loginRateLimiter.admit(user.id, now);
      const next = { authenticatedAt: now, amr: BY_PASSWORD };
      const session = await deps.sessions.authenticate(before.id, before.authenticatedAt, next);
      // after the step, so that nothing that ended the session meanwhile is missed
      const { user: present } = await checkAccessToken(deps, accessToken, now);
      if (session === undefined || present.epoch !== user.epoch) return false;
      deps.events.report({ type: "reauthenticated", userId: user.id, sessionId: session.id });
      return grantAccess(deps, present, session, now, true);
    });
}
