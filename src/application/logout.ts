import { AuthError } from "../domain/errors.ts";
import { revocationKey } from "../domain/revocation.ts";
import { originOf } from "../domain/session.ts";
import { standsBehind } from "../domain/user.ts";
import { keysThatStop, type RefreshCheckDeps, refuseStopped } from "./check-token.ts";
import { endSession } from "./end-session.ts";
import type { Clock } from "./ports/clock.ts";
import type { SecurityEvents } from "./ports/security-events.ts";

export interface LogoutDeps extends RefreshCheckDeps {
  readonly clock: Clock;
  readonly events: SecurityEvents;
}

/**
 * Ends the session of an access or refresh token, be the token expired or superseded: whoever wants out gets
 * out. Every token of the session is dead once this resolves.
 * @throws AuthError `invalid_token`, `revoked_token`
 */
export type Logout = (token: string) => Promise<void>;

export function makeLogout(deps: LogoutDeps): Logout {
  return async (token) => {
    const now = deps.clock.now();
    const { userId, sessionId, epoch, keys, refuse } = await readEither(deps, token, now);
    const [user, session, stops] = await Promise.all([
      deps.users.findById(userId),
      deps.sessions.find(sessionId),
      deps.revocations.find(keys, now),
    ]);
    refuse(stops);
    // where the record is gone, an access token still says of which epoch its session was
    const origin = session ? originOf(session) : epoch !== undefined && { sessionId, epoch };
    if (!user || !origin || !standsBehind(user, origin)) throw new AuthError("revoked_token");
    if (session?.userId !== user.id) return;
    await endSession(deps, session);
    deps.events.report({ type: "session_ended", userId, sessionId, by: "logout" });
  };
}

interface Presented {
  readonly userId: string;
  readonly sessionId: string;
  readonly epoch: number | undefined;
  /** The entries that would stop it, and what is thrown where some are there. */
  readonly keys: string[];
  refuse(stops: ReadonlySet<string>): void;
}

async function readEither({ verifier }: LogoutDeps, token: string, now: Date): Promise<Presented> {
  const evenExpired = { evenExpired: true };
  try {
    const claims = await verifier.verifyAccess(token, now, evenExpired);
    return { ...claims, keys: keysThatStop(claims), refuse: (stops) => refuseStopped(claims, stops) };
  } catch (error) {
    if (!(error instanceof AuthError) || error.code !== "invalid_token") throw error;
  }
  const { userId, sessionId } = await verifier.verifyRefresh(token, now, evenExpired);
  const keys = [revocationKey.session(sessionId), revocationKey.refreshing(sessionId)];
  return { userId, sessionId, epoch: undefined, keys, refuse: refuseRevoked };
}

function refuseRevoked(stops: ReadonlySet<string>): void {
  if (stops.size > 0) throw new AuthError("revoked_token");
}
