import type { Session } from "../../../domain/session.ts";

/** Where a session is in the list of its user. */
export type SessionPlace = Pick<Session, "id" | "createdAt">;

/**
 * Keeps sessions. Writes are atomic, durable once they resolve and seen by every process that shares the
 * storage. Whether a session is over is the caller's to judge; a storage may forget it after its end.
 */
export interface SessionRepository {
  /** Adds a session. An id that is in use is a fault, and overwrites nothing. */
  add(session: Session): Promise<void>;
  find(id: string): Promise<Session | undefined>;
  /**
   * Moves the session to its next generation, begun and used `at`, if it still has the expected one.
   * Resolves to the session as it is then, or to `undefined` where another step came first or there is
   * no such session.
   */
  advance(id: string, expectedGeneration: number, at: Date): Promise<Session | undefined>;
  /** Records a use. An earlier moment than the recorded one, or an unknown session, changes nothing. */
  touch(id: string, at: Date): Promise<void>;
  /**
   * The sessions of a user, dead ones too, the latest begun first, then by id downwards: at most `limit` of them, from
   * the first one after `after`. Neither a long list nor a long way to its first one holds the event loop.
   */
  listOf(userId: string, limit: number, after?: SessionPlace): Promise<Session[]>;
  /** Whether more than `count` sessions of a user are stored, dead ones too. Looks at no more than `count` + 1 of them. */
  hasMoreThan(userId: string, count: number): Promise<boolean>;
  /** Up to so many sessions of whomever, dead ones too, by id upwards, from the first one after `after`. */
  list(after: string | undefined, limit: number): Promise<Session[]>;
  /** Forgets a session, if it is there. */
  remove(id: string): Promise<void>;
  /**
   * Forgets the sessions of a user that have an earlier epoch, but for the kept one. However many there are, the event
   * loop does other work meanwhile.
   */
  removeEarlier(userId: string, epoch: number, kept: string | undefined): Promise<void>;
  /** Forgets up to so many sessions that end at or before the moment. Resolves to how many it forgot. */
  sweep(until: Date, limit: number): Promise<number>;
}
