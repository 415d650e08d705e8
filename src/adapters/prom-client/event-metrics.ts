import { Counter, type Registry } from "prom-client";
import type { SecurityEvent, SecurityEvents } from "../../application/ports/security-events.ts";
import { countByKind } from "./counter.ts";

type EventOf<Type extends SecurityEvent["type"]> = Extract<SecurityEvent, { type: Type }>;

/** Listed as keys, so that none can be forgotten. */
const LOGIN_OUTCOMES: Record<"succeeded" | EventOf<"login_failed">["reason"], true> = {
  succeeded: true,
  unknown_user: true,
  wrong_password: true,
  disabled: true,
  email_unverified: true,
};

const REUSE_CAUSES: Record<EventOf<"refresh_token_reused">["cause"], true> = {
  after_grace: true,
  older_generation: true,
};

const REVOCATIONS = ["access_token", "refresh_token", "session", "other_sessions", "all_sessions"] as const;

/** Counts what is reported. Whom it is about goes nowhere: each user would be a series. */
export function countEvents(registry: Registry): SecurityEvents {
  const counters = makeCounters(registry);
  return {
    report(event) {
      switch (event.type) {
        case "login_succeeded":
          return counters.login("succeeded");
        case "login_failed":
          return counters.login(event.reason);
        case "user_registered":
          return counters.registrations.inc();
        case "token_refreshed":
          return counters.refreshes.inc();
        case "refresh_token_reused":
          return counters.reuse(event.cause);
        case "access_token_revoked":
          return counters.revocation("access_token");
        case "refresh_token_revoked":
          return counters.revocation("refresh_token");
        case "session_ended":
          return counters.revocation("session");
        case "sessions_ended":
          return counters.revocation(event.kept === undefined ? "all_sessions" : "other_sessions");
        case "attempt_throttled":
          for (const scope of event.scopes) counters.throttled.inc({ scope });
      }
    },
  };
}

function makeCounters(registry: Registry) {
  const registers = [registry];
  return {
    login: countByKind(
      registry,
      "connect_auth_logins_total",
      "Logins whose password was looked at, by outcome",
      "outcome",
      Object.keys(LOGIN_OUTCOMES) as (keyof typeof LOGIN_OUTCOMES)[],
    ),
    registrations: new Counter({
      name: "connect_auth_registrations_total",
      help: "Users that registered",
      registers,
    }),
    refreshes: new Counter({
      name: "connect_auth_refreshes_total",
      help: "Refresh tokens that got an access token",
      registers,
    }),
    reuse: countByKind(
      registry,
      "connect_auth_refresh_token_reuses_total",
      "Refresh tokens used again, which ended their session as stolen, by cause",
      "cause",
      Object.keys(REUSE_CAUSES) as (keyof typeof REUSE_CAUSES)[],
    ),
    revocation: countByKind(
      registry,
      "connect_auth_revocations_total",
      "Revocations by a user or an operator, by what they revoked",
      "revoked",
      REVOCATIONS,
    ),
    throttled: new Counter({
      name: "connect_auth_throttled_attempts_total",
      help: "Attempts that were refused by a limit, under each limit that refused",
      labelNames: ["scope"],
      registers,
    }),
  };
}
