import { networkOf } from "../../domain/throttle.ts";
import type { SecurityEvent } from "../ports/security-events.ts";
import type { Facts } from "../ports/storage/audit-trail.ts";

type Kind = SecurityEvent["type"];

/** How events that are repeated are kept, so that nobody can fill the storage by repeating a call. */
interface Thinning {
  /** What the repetition is of. */
  readonly by: (event: SecurityEvent, origin: Facts) => string;
  /** How many of one subject in a minute are kept each by itself; the others are merged into one with a count. */
  readonly singly: number;
}

const network = ({ ip }: Facts) => (typeof ip === "string" ? networkOf(ip) : "");
const userOf = (event: SecurityEvent) => ("userId" in event && event.userId) || "";

// by network, too: what somebody else does with a stolen token or password must not hide behind its owner's
const bySession: Thinning = {
  by: (event, origin) => `${("sessionId" in event && event.sessionId) || ""} ${network(origin)}`,
  singly: 1,
};
const byUser: Thinning = { by: (event, origin) => `${userOf(event)} ${network(origin)}`, singly: 10 };
const byNetworkAndScopes: Thinning = {
  by: (event, origin) => `${network(origin)} ${"scopes" in event ? event.scopes.join() : ""}`,
  singly: 1,
};
const byMail: Thinning = { by: (event) => ("kind" in event ? event.kind : ""), singly: 10 };

/** Of what operators do and of what no client can repeat, each is kept. */
const ALL = "all";

const THINNING: Readonly<Record<Kind, Thinning | typeof ALL>> = {
  user_registered: byUser,
  login_succeeded: byUser,
  login_failed: byUser,
  attempt_throttled: byNetworkAndScopes,
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
  reset_link_made: ALL,
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
  user_created: ALL,
  user_disabled: ALL,
  user_unlocked: ALL,
  user_verified: ALL,
  user_enabled: ALL,
  password_set: ALL,
  signing_key_made: ALL,
  signing_key_retired: ALL,
  data_exported: ALL,
  data_imported: ALL,
  store_backed_up: ALL,
  store_restored: ALL,
  events_dropped: ALL,
};

/** The events of one subject since `since`. */
interface Run {
  readonly since: number;
  singly: number;
  merged: number;
  latest: SecurityEvent;
  origin: Facts;
}

/** Several events of one subject, told by the latest of them. */
export interface MergedEvents {
  readonly event: SecurityEvent;
  readonly origin: Facts;
  readonly count: number;
}

/** Decides which events are kept each by itself, and counts the others. No event is lost from the counts. */
export interface EventThinner {
  /** Whether the event is kept by itself; otherwise it is part of what `take` gives later. */
  isKept(event: SecurityEvent, origin: Facts, now: Date): boolean;
  /** What was merged in minutes that are over at the moment; all of it where no moment is given. */
  take(now?: Date): MergedEvents[];
}

const MINUTE_MS = 60_000;
/** Of more subjects in one minute, those without an account share one run for each kind, and so do those with one. */
const MAX_RUNS = 10_000;

export function makeEventThinner(maxRuns = MAX_RUNS): EventThinner {
  // strangers, who need no account to be many, use up no room of those who have one
  const ofStrangers = makeRuns(maxRuns);
  const ofUsers = makeRuns(maxRuns);
  return {
    isKept: (event, origin, now) => (userOf(event) ? ofUsers : ofStrangers).isKept(event, origin, now),
    take: (now) => [...ofStrangers.take(now), ...ofUsers.take(now)],
  };
}

function makeRuns(maxRuns: number): EventThinner {
  const runs = new Map<string, Run>();

  function runOf(key: string, kind: Kind, event: SecurityEvent, origin: Facts, now: number): Run {
    const known = runs.get(key);
    if (known !== undefined) return known;
    if (runs.size >= maxRuns && key !== kind) return runOf(kind, kind, event, origin, now);
    const run = { since: now, singly: 0, merged: 0, latest: event, origin };
    runs.set(key, run);
    return run;
  }

  return {
    isKept(event, origin, now) {
      const thinning = THINNING[event.type];
      if (thinning === ALL || "via" in origin) return true;
      const key = `${event.type} ${thinning.by(event, origin)}`;
      const run = runOf(key, event.type, event, origin, now.getTime());
      if (run.singly < thinning.singly) {
        run.singly += 1;
        return true;
      }
      run.merged += 1;
      run.latest = event;
      run.origin = origin;
      return false;
    },
    take(now) {
      const over: MergedEvents[] = [];
      for (const [key, { since, merged: count, latest, origin }] of runs) {
        // insertion order is that of beginning: the first that is not over ends the search
        if (now !== undefined && now.getTime() - since < MINUTE_MS) break;
        runs.delete(key);
        if (count === 0) continue;
        // a run that is shared says nothing of its members but their kind and number
        const isShared = key === latest.type;
        over.push(
          isShared
            ? { event: { type: key } as SecurityEvent, origin: {}, count }
            : { event: latest, origin, count },
        );
      }
      return over;
    },
  };
}
