import { Counter, type Registry } from "prom-client";
import type { SecurityEvent, SecurityEvents } from "../../application/ports/security-events.ts";
import { countByKind } from "./counter.ts";

type EventOf<Type extends SecurityEvent["type"]> = Extract<SecurityEvent, { type: Type }>;

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

const REVOKED = {
  access_token: true,
  refresh_token: true,
  session: true,
  other_sessions: true,
  all_sessions: true,
} as const;

const FACTOR_EVENTS = {
  required: true,
  refused: true,
  added: true,
  removed: true,
  recovery_code_used: true,
} as const;

const keysOf = <K extends string>(record: Record<K, true>) => Object.keys(record) as K[];

type Counters = ReturnType<typeof makeCounters>;

/** The counter of each event; `null` for events without a counter. */
const COUNTED: { readonly [T in SecurityEvent["type"]]: ((c: Counters, event: EventOf<T>) => void) | null } =
  {
    user_registered: ({ registrations }) => registrations.inc(),
    login_succeeded: ({ login }) => login("succeeded"),
    login_failed: ({ login }, { reason }) => login(reason),
    attempt_throttled({ throttled }, { scopes }) {
      for (const scope of scopes) throttled.inc({ scope });
    },
    reauthenticated: ({ reauthentications }) => reauthentications.inc(),
    second_factor_required: ({ factor }) => factor("required"),
    factor_refused: ({ factor }) => factor("refused"),
    factor_added: ({ factor }) => factor("added"),
    factor_removed: ({ factor }) => factor("removed"),
    recovery_code_used: ({ factor }) => factor("recovery_code_used"),
    recovery_codes_renewed: null,
    password_hash_renewed: null,
    token_refreshed: ({ refreshes }) => refreshes.inc(),
    access_token_revoked: ({ revocation }) => revocation("access_token"),
    refresh_token_revoked: ({ revocation }) => revocation("refresh_token"),
    refresh_token_reused: ({ reuse }, { cause }) => reuse(cause),
    session_ended: ({ revocation }) => revocation("session"),
    sessions_ended: ({ revocation }, { kept }) =>
      revocation(kept === undefined ? "all_sessions" : "other_sessions"),
    password_changed: null,
    password_refused: null,
    password_reset_requested: null,
    password_reset: null,
    reset_link_made: null,
    username_changed: null,
    email_change_requested: null,
    email_change_cancelled: null,
    email_change_disputed: null,
    email_changed: null,
    email_verified: null,
    link_mailed: null,
    mail_failed: null,
    mail_given_up: null,
    mail_dropped: null,
    account_deleted: null,
    user_created: null,
    user_disabled: null,
    user_unlocked: null,
    user_verified: null,
    user_enabled: null,
    password_set: null,
    signing_key_made: null,
    signing_key_retired: null,
    data_exported: null,
    data_imported: null,
    store_backed_up: null,
    store_restored: null,
    events_dropped: null,
  };

/** Counts security events. No label names a user, because each user would be a series. */
export function countEvents(registry: Registry): SecurityEvents {
  const counters = makeCounters(registry);
  return {
    report(event) {
      const count = COUNTED[event.type] as ((c: Counters, event: SecurityEvent) => void) | null;
      count?.(counters, event);
    },
  };
}

function makeCounters(registry: Registry) {
  const registers = [registry];
  return {
    login: countByKind(
      registry,
      "connect_auth_logins_total",
      "Logins whose password was checked, by outcome",
      "outcome",
      keysOf(LOGIN_OUTCOMES),
    ),
    registrations: new Counter({
      name: "connect_auth_registrations_total",
      help: "Registered users",
      registers,
    }),
    reauthentications: new Counter({
      name: "connect_auth_reauthentications_total",
      help: "Successful reauthentications",
      registers,
    }),
    factor: countByKind(
      registry,
      "connect_auth_second_factors_total",
      "Events of second factors, by kind",
      "event",
      keysOf(FACTOR_EVENTS),
    ),
    refreshes: new Counter({
      name: "connect_auth_refreshes_total",
      help: "Refreshes that returned an access token",
      registers,
    }),
    reuse: countByKind(
      registry,
      "connect_auth_refresh_token_reuses_total",
      "Reused refresh tokens, each of which ended its session as stolen, by cause",
      "cause",
      keysOf(REUSE_CAUSES),
    ),
    revocation: countByKind(
      registry,
      "connect_auth_revocations_total",
      "Revocations by a user or an operator, by the kind of what was revoked",
      "revoked",
      keysOf(REVOKED),
    ),
    throttled: new Counter({
      name: "connect_auth_throttled_attempts_total",
      help: "Attempts refused by a limit, counted for each limit that refused",
      labelNames: ["scope"],
      registers,
    }),
  };
}
