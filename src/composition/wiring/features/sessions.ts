import type { RateLimiter } from "../../../application/limits/rate-limiter.ts";
import { makeRevokeAccess } from "../../../application/revocation/revoke-access.ts";
import { makeRevokeRefresh } from "../../../application/revocation/revoke-refresh.ts";
import { makeRevokeToken } from "../../../application/revocation/revoke-token.ts";
import { makeEndOwnSession } from "../../../application/sessions/end-own-session.ts";
import { makeListSessions } from "../../../application/sessions/list-sessions.ts";
import { makeLogout } from "../../../application/sessions/logout.ts";
import { makeLogoutEverywhere } from "../../../application/sessions/logout-everywhere.ts";
import { makeRefresh } from "../../../application/sessions/refresh.ts";
import type { Rotation } from "../../../domain/session.ts";
import type { Factories, Made } from "../container.ts";
import { refreshLimit, revocationLimit } from "../throttle-limits.ts";
import { type LimitParts, rateLimiterFor } from "./limits.ts";
import type { MailParts } from "./mail.ts";
import type { Opened, Shared } from "./shared.ts";
import type { TokenParts } from "./tokens.ts";

const useCases = {
  refresh: makeRefresh,
  revokeAccess: makeRevokeAccess,
  revokeRefresh: makeRevokeRefresh,
  revokeToken: makeRevokeToken,
  logout: makeLogout,
  logoutEverywhere: makeLogoutEverywhere,
  listSessions: makeListSessions,
  endOwnSession: makeEndOwnSession,
};

export interface SessionParts extends Made<typeof useCases> {
  readonly rotation: Rotation;
  readonly refreshRateLimiter: RateLimiter;
  readonly revocationRateLimiter: RateLimiter;
}

type On = Shared & LimitParts & TokenParts & MailParts;

export function sessions({ config }: Pick<Opened, "config">): Factories<SessionParts, On> {
  return {
    rotation: () => (config.REFRESH_ROTATION ? { graceMs: config.REFRESH_GRACE } : undefined),
    refreshRateLimiter: ({ events }) =>
      rateLimiterFor(config, { scope: "refresh", limit: refreshLimit(config), events }),
    revocationRateLimiter: ({ events }) =>
      rateLimiterFor(config, { scope: "revocations", limit: revocationLimit(config), events }),
    ...useCases,
  };
}
