import { networkOf } from "../../domain/throttle.ts";
import type { SecurityEvent } from "../ports/security-events.ts";
import type { Facts } from "../ports/storage/audit-trail.ts";

type Kind = SecurityEvent["type"];

/** How repeated events of a kind are recorded, so that no client can fill the storage by repeating a call. */
interface MergeRule {
  /** The subject: events of one kind and one subject are repetitions of each other. */
  readonly subjectOf: (event: SecurityEvent, context: Facts) => string;
  /** How many events of one subject are recorded singly in a minute; the others are merged into one with a count. */
  readonly singly: number;
}

const network = ({ ip }: Facts) => (typeof ip === "string" ? networkOf(ip) : "");
const userOf = (event: SecurityEvent) => ("userId" in event && event.userId) || "";

// also by network, so that events of a thief are not merged with those of the owner
const bySession: MergeRule = {
  subjectOf: (event, context) => `${("sessionId" in event && event.sessionId) || ""} ${network(context)}`,
  singly: 1,
};
const byUser: MergeRule = {
  subjectOf: (event, context) => `${userOf(event)} ${network(context)}`,
  singly: 10,
};
const byUserAndScopes: MergeRule = {
  subjectOf: (event, context) =>
    `${userOf(event)} ${network(context)} ${"scopes" in event ? event.scopes.join() : ""}`,
  singly: 1,
};
const byMail: MergeRule = { subjectOf: (event) => ("kind" in event ? event.kind : ""), singly: 10 };

/** For events of operators and events that no client can repeat: each is recorded singly. */
const NEVER = "never";

/** Every kind of security event, in the order of docs/audit.md. */
const MERGE_RULES: Readonly<Record<Kind, MergeRule | typeof NEVER>> = {
  user_registered: byUser,
  login_succeeded: byUser,
  login_failed: byUser,
  attempt_throttled: byUserAndScopes,
  reauthenticated: byUser,
  second_factor_required: byUser,
  factor_refused: byUser,
  factor_added: byUser,
  factor_removed: byUser,
  recovery_code_used: byUser,
  recovery_codes_renewed: byUser,
  password_hash_renewed: byUser,
  token_refreshed: bySession,
  access_token_revoked: byUser,
  refresh_token_revoked: byUser,
  refresh_token_reused: byUser,
  session_ended: byUser,
  sessions_ended: byUser,
  password_changed: byUser,
  password_refused: byUser,
  password_reset_requested: byUser,
  password_reset: byUser,
  reset_link_made: NEVER,
  username_changed: byUser,
  email_change_requested: byUser,
  email_change_cancelled: byUser,
  email_change_disputed: byUser,
  email_changed: byUser,
  email_verified: byUser,
  link_mailed: byUser,
  mail_failed: byMail,
  mail_given_up: byMail,
  mail_dropped: byMail,
  account_deleted: byUser,
  user_created: NEVER,
  user_disabled: NEVER,
  user_unlocked: NEVER,
  user_verified: NEVER,
  user_enabled: NEVER,
  password_set: NEVER,
  signing_key_made: NEVER,
  signing_key_retired: NEVER,
  data_exported: NEVER,
  data_imported: NEVER,
  store_backed_up: NEVER,
  store_restored: NEVER,
  events_dropped: NEVER,
};

/** The kinds of security events. */
export const EVENT_KINDS = Object.keys(MERGE_RULES) as Kind[];

/** The events of one subject in the minute after `since`. */
interface Window {
  readonly since: number;
  singly: number;
  merged: number;
  latest: SecurityEvent;
  context: Facts;
}

/** Several events of one subject, represented by the latest of them. */
export interface MergedEvents {
  readonly event: SecurityEvent;
  readonly context: Facts;
  readonly count: number;
}

/** Decides which events are recorded singly, and counts the others. No event is lost from the counts. */
export interface EventMerger {
  /** Whether the event is to be recorded singly; otherwise a later `take` returns it, merged with others. */
  isKept(event: SecurityEvent, context: Facts, now: Date): boolean;
  /**
   * Removes and returns the merged events of the minutes that have ended by `now`; without `now`, of all
   * minutes.
   */
  take(now?: Date): MergedEvents[];
}

const MINUTE_MS = 60_000;
/**
 * Beyond this many subjects in a minute, all further ones of one kind share a window. Users and strangers are
 * counted separately.
 */
const MAX_SUBJECTS = 10_000;

export function makeEventMerger(maxSubjects = MAX_SUBJECTS): EventMerger {
  // separate, because strangers can easily be many and must not use up the room for users
  const ofStrangers = makeWindows(maxSubjects);
  const ofUsers = makeWindows(maxSubjects);
  return {
    isKept: (event, context, now) => (userOf(event) ? ofUsers : ofStrangers).isKept(event, context, now),
    take: (now) => [...ofStrangers.take(now), ...ofUsers.take(now)],
  };
}

function makeWindows(maxSubjects: number): EventMerger {
  const windows = new Map<string, Window>();

  function windowOf(key: string, kind: Kind, event: SecurityEvent, context: Facts, now: number): Window {
    const known = windows.get(key);
    if (known !== undefined) return known;
    if (windows.size >= maxSubjects && key !== kind) return windowOf(kind, kind, event, context, now);
    const window = { since: now, singly: 0, merged: 0, latest: event, context };
    windows.set(key, window);
    return window;
  }

  return {
    isKept(event, context, now) {
      const rule = MERGE_RULES[event.type];
      if (rule === NEVER || "via" in context) return true;
      const key = `${event.type} ${rule.subjectOf(event, context)}`;
      const window = windowOf(key, event.type, event, context, now.getTime());
      if (window.singly < rule.singly) {
        window.singly += 1;
        return true;
      }
      window.merged += 1;
      window.latest = event;
      window.context = context;
      return false;
    },
    take(now) {
      const over: MergedEvents[] = [];
      for (const [key, { since, merged: count, latest, context }] of windows) {
        // in the order of their start: the first one that has not ended ends the search
        if (now !== undefined && now.getTime() - since < MINUTE_MS) break;
        windows.delete(key);
        if (count === 0) continue;
        // the events of a shared window have only their kind in common
        const isShared = key === latest.type;
        over.push(
          isShared
            ? { event: { type: key } as SecurityEvent, context: {}, count }
            : { event: latest, context, count },
        );
      }
      return over;
    },
  };
}
