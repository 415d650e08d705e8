import { AuthError } from "../../domain/errors.ts";
import type { OneTimeToken } from "../../domain/one-time-token.ts";
import { beginSession, type Client } from "../../domain/session.ts";
import { isWrongFactor } from "../factors/attempt-factor.ts";
import type { PresentedFactor } from "../factors/check-factor.ts";
import { type UsedFactor, type UseFactorDeps, useFactor } from "../factors/use-factor.ts";
import type { Admission } from "../limits/admission.ts";
import { admittedLink, type OneTimeLinksDeps } from "../mail/one-time-links.ts";
import { type GrantDeps, grantSession, type SessionGrant } from "../sessions/session-grant.ts";
import { type StartSessionDeps, startSession } from "../sessions/start-session.ts";

export interface CompleteLoginDeps extends GrantDeps, UseFactorDeps, OneTimeLinksDeps, StartSessionDeps {
  readonly refreshTokenTtlMs: number;
}

/** Exactly one of code and recoveryCode. */
export interface CompleteLoginCommand extends PresentedFactor {
  /** Of the login with the correct password. */
  readonly challenge: string;
  readonly client: Client;
}

/** A session of a login with a second factor. */
export interface CompletedLogin extends SessionGrant, Pick<UsedFactor, "recoveryCodesLeft"> {}

/**
 * Begins the session of a login with the correct password, by the account's second factor. The session belongs to the epoch
 * in which the password was checked.
 * @throws AuthError `validation_failed`, `invalid_factor`, `too_many_attempts`, `signing_key_not_yet_valid`
 */
export type CompleteLogin = (command: CompleteLoginCommand) => Promise<CompletedLogin>;

export function makeCompleteLogin(deps: CompleteLoginDeps): CompleteLogin {
  return async ({ challenge, code, recoveryCode, client }) => {
    assertOneFactor({ code, recoveryCode });
    const now = deps.clock.now();
    deps.issuer.assertCanSign(now);
    const { ip } = client;
    const presented = {
      purposes: ["second_factor"],
      text: challenge,
      ip,
      refusal: "invalid_factor",
    } as const;
    const { token, user } = await admittedLink(deps, presented, now);
    const answer = await chargeAnswer(deps, token, now);
    const use = useFactor(deps, user, { code, recoveryCode }, "login", now);
    const { amr, recoveryCodesLeft } = await use.catch(async (error) => {
      if (!isWrongFactor(error)) await answer.refund();
      throw error;
    });
    // of two correct answers at once, one completes the login
    if (!(await deps.oneTimeTokens.consume(token.id))) throw new AuthError("invalid_factor");
    const owner = { id: user.id, epoch: token.epoch };
    const begun = beginSession(deps.ids.next(), owner, client, now, deps.refreshTokenTtlMs, amr);
    const session = await startSession(deps, begun, now);
    deps.events.report({ type: "login_succeeded", userId: user.id, sessionId: session.id });
    return { ...(await grantSession(deps, user, session, now)), recoveryCodesLeft };
  };
}

/** @throws AuthError `validation_failed` */
function assertOneFactor({ code, recoveryCode }: PresentedFactor): void {
  if ((code === undefined) !== (recoveryCode === undefined)) return;
  const message = "Give either the code or a recovery code";
  throw new AuthError("validation_failed", { fields: [{ path: "code", code: "one_factor", message }] });
}

/**
 * Charges an answer to the challenge. After too many, the challenge is void: the count is kept longer than the challenge is
 * valid. @throws AuthError `invalid_factor`
 */
async function chargeAnswer(deps: CompleteLoginDeps, { id }: OneTimeToken, now: Date): Promise<Admission> {
  try {
    return await deps.throttle.challenge(id, now);
  } catch (error) {
    if (!(error instanceof AuthError) || error.code !== "too_many_attempts") throw error;
    throw new AuthError("invalid_factor");
  }
}
