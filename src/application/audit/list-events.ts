import { AuthError } from "../../domain/errors.ts";
import { allOf } from "../paging/pages.ts";
import type { Clock } from "../ports/clock.ts";
import type { AuditEntry, AuditQuery, AuditTrail } from "../ports/storage/audit-trail.ts";
import { type FindAccountDeps, findAccount } from "../users/find-account.ts";

export interface ListEventsDeps extends FindAccountDeps {
  readonly auditTrail: AuditTrail;
  readonly clock: Clock;
}

/** A moment, or an age in milliseconds. */
export type Since = Date | { readonly agoMs: number };

export interface ListEventsQuery extends Pick<AuditQuery, "kinds"> {
  /** An id, an address or a name; for a deleted account, its id. */
  readonly who?: string | undefined;
  readonly since?: Since | undefined;
  readonly until?: Since | undefined;
}

/**
 * The events that match the query, the latest first.
 * @throws AuthError `not_found` if there is no such account
 */
export type ListEvents = (query: ListEventsQuery) => AsyncIterable<AuditEntry>;

export function makeListEvents(deps: ListEventsDeps): ListEvents {
  return async function* ({ who, kinds, since, until }) {
    const now = deps.clock.now();
    const userId = who === undefined ? undefined : await userIdOf(deps, who);
    const query = { userId, kinds, since: momentOf(since, now), until: momentOf(until, now) };
    yield* allOf<AuditEntry, AuditEntry>(
      (after, limit) => deps.auditTrail.find(query, after, limit),
      (entry) => entry,
    );
  };
}

/** The id of an account, which may be deleted, because its events outlive it. */
async function userIdOf(deps: ListEventsDeps, who: string): Promise<string> {
  try {
    return (await findAccount(deps, who)).id;
  } catch (error) {
    if (!(error instanceof AuthError) || error.code !== "not_found") throw error;
    if ((await deps.auditTrail.find({ userId: who }, undefined, 1)).length === 0) throw error;
    return who;
  }
}

/** The moment, with an age counted back from `now`. */
export function momentOf(since: Since | undefined, now: Date): Date | undefined {
  return since === undefined || since instanceof Date ? since : new Date(now.getTime() - since.agoMs);
}
