import type { Disturbance, Entry, Journal, Measure } from "./journal.ts";

/** The violations in a journal, each as a readable line; empty if every rule held. */
export function violationsIn({ entries, disturbances, measures, mayRefuse }: Journal): string[] {
  return [
    ...lostRegistrations(entries),
    ...sharedAddresses(entries),
    ...usesAfterRevocation(entries),
    ...(mayRefuse ? [] : refusedWithoutReason(entries)),
    ...doubleSessions(entries),
    ...answersWithoutStorage(entries, disturbances),
    ...faultsElsewhere(entries, disturbances),
    ...exceeded(measures),
  ];
}

const addressOf = (subject: string) => subject.split(" ")[0] as string;

/** An acknowledged registration logs in. */
function lostRegistrations(entries: readonly Entry[]): string[] {
  const logins = entries.filter(({ act, isAfter }) => act === "login" && isAfter);
  const failed = new Set(logins.filter(({ outcome }) => outcome === "refused").map(({ subject }) => subject));
  return entries
    .filter(({ act, outcome, subject }) => act === "register" && outcome === "ok" && failed.has(subject))
    .map(({ subject }) => `lost: the acknowledged registration of ${addressOf(subject)}`);
}

/** An address has one account: of all who registered it, at most one can log in. */
function sharedAddresses(entries: readonly Entry[]): string[] {
  const owners = new Map<string, Set<string>>();
  for (const { act, outcome, subject } of entries) {
    if (outcome !== "ok" || (act !== "register" && act !== "login")) continue;
    const address = addressOf(subject);
    owners.set(address, (owners.get(address) ?? new Set()).add(subject));
  }
  return [...owners]
    .filter(([, subjects]) => subjects.size > 1)
    .map(([address, { size }]) => `shared: ${size} accounts of ${address}`);
}

/** The time of the acknowledged end of each token or session. */
function endsOf(entries: readonly Entry[]): Map<string, number> {
  const ends = new Map<string, number>();
  for (const { act, outcome, subject, session = "", ended } of entries) {
    if (outcome !== "ok") continue;
    const what = act === "revoke" ? subject : act === "logout" ? session : undefined;
    if (what !== undefined) ends.set(what, Math.min(ended, ends.get(what) ?? Number.POSITIVE_INFINITY));
  }
  return ends;
}

/** A token or session fails after its acknowledged end. */
function usesAfterRevocation(entries: readonly Entry[]): string[] {
  const ends = endsOf(entries);
  return entries
    .filter(({ act, outcome }) => (act === "check" || act === "refresh") && outcome === "ok")
    .filter(({ subject, session = "", began }) =>
      [subject, session].some((what) => began > (ends.get(what) ?? began)),
    )
    .map(({ act, subject }) => `revived: ${act} with ${brief(subject)} after its acknowledged end`);
}

/** A token that nobody tried to end is not refused. */
function refusedWithoutReason(entries: readonly Entry[]): string[] {
  const tried = new Map<string, number>();
  for (const { act, subject, session = "", began, outcome } of entries) {
    // a failed refresh may have been treated as theft, which ends the session
    const isTry = act === "revoke" || act === "logout" || (act === "refresh" && outcome !== "ok");
    if (!isTry) continue;
    const what = act === "revoke" ? subject : session;
    tried.set(what, Math.min(began, tried.get(what) ?? Number.POSITIVE_INFINITY));
  }
  return entries
    .filter(({ act, outcome, isAfter }) => act === "check" && outcome === "refused" && !isAfter)
    .filter(
      ({ subject, session = "", ended }) =>
        ![subject, session].some((what) => ended > (tried.get(what) ?? ended)),
    )
    .map(({ subject, status }) => `refused: ${brief(subject)} with ${status}, though nobody had ended it`);
}

/** At most one refresh token of a session is accepted, presented from the newest to the oldest. */
function doubleSessions(entries: readonly Entry[]): string[] {
  const good = new Map<string, Set<string>>();
  for (const { act, outcome, subject, session = "", isAfter } of entries) {
    if (act !== "refresh" || outcome !== "ok" || !isAfter) continue;
    good.set(session, (good.get(session) ?? new Set()).add(subject));
  }
  return [...good]
    .filter(([, tokens]) => tokens.size > 1)
    .map(([session, { size }]) => `double: ${size} live refresh tokens in session ${session}`);
}

/** A call within an outage of the storage is answered 503, or not at all. */
function answersWithoutStorage(entries: readonly Entry[], disturbances: readonly Disturbance[]): string[] {
  const away = disturbances.filter(({ isStorageAway }) => isStorageAway);
  return entries
    .filter(({ outcome }) => outcome === "ok" || outcome === "refused")
    .filter(({ began, ended }) => away.some((time) => time.began < began && ended < time.ended))
    .map(({ act, status }) => `unasked: ${act} was answered ${status} while storage was away`);
}

/** A call outside a fault gets an answer other than 5xx. */
function faultsElsewhere(entries: readonly Entry[], disturbances: readonly Disturbance[]): string[] {
  return entries
    .filter(({ outcome, status }) => outcome === "unknown" || outcome === "unavailable" || status >= 500)
    .filter(
      ({ server, began, ended }) =>
        !disturbances.some(
          (time) => (time.server ?? server) === server && began < time.ended && time.began < ended,
        ),
    )
    .map(
      ({ act, status, server }) =>
        `disturbed: ${act} at server ${server} was answered ${status} without a fault there`,
    );
}

/** No measured value is above its bound. */
function exceeded(measures: readonly Measure[]): string[] {
  return measures
    .filter(({ value, most }) => value > most)
    .map(({ what, value, most }) => `exceeded: ${what}: ${value}, at most ${most}`);
}

function brief(token: string): string {
  return `the token …${token.slice(-8)}`;
}
