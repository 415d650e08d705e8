import type { Authentication } from "../../../domain/authentication.ts";
import type { Session } from "../../../domain/session.ts";

/** The position of a session in the list of its user. */
export type SessionPlace = Pick<Session, "id" | "createdAt">;

/**
 * Stores sessions. Writes are atomic, durable once they resolve and visible to every process that shares the storage.
 * A read sees every write that was acknowledged before it began. Sessions are returned as copies, also to reads of one
 * session at the same time. Callers check whether a session has expired; a storage may remove it after its expiry.
 */
export interface SessionRepository {
  /** Adds a session. @throws Error if the id is in use; nothing is overwritten then */
  add(session: Session): Promise<void>;
  find(id: string): Promise<Session | undefined>;
  /**
   * Moves the session to its next generation, begun and used `at`, if it still has the expected one. Resolves to the
   * session after the step; to `undefined` if another step came first or there is no such session.
   */
  advance(id: string, expectedGeneration: number, at: Date): Promise<Session | undefined>;
  /**
   * Replaces the authentication of the session, if it was last authenticated at the expected time, and records a use at
   * the new one. Resolves to the session after the step; to `undefined` if another step came first or there is no such
   * session.
   */
  authenticate(id: string, expectedAt: Date, next: Authentication): Promise<Session | undefined>;
  /** Records a use. An earlier moment than the recorded one, or an unknown session, changes nothing. */
  touch(id: string, at: Date): Promise<void>;
  /**
   * At most `limit` sessions of a user, including ended ones, the latest begun first and then in descending order of their
   * ids, from the first one after `after`. No list, however long, blocks the event loop.
   */
  listOf(userId: string, limit: number, after?: SessionPlace): Promise<Session[]>;
  /**
   * Whether more than `count` sessions of a user are stored, including ended ones. Reads at most `count` + 1 of them.
   */
  hasMoreThan(userId: string, count: number): Promise<boolean>;
  /**
   * At most `limit` sessions of any user, including ended ones, in ascending order of their ids, from the first one
   * after `after`.
   */
  list(after: string | undefined, limit: number): Promise<Session[]>;
  /** Removes a session, if it is stored. */
  remove(id: string): Promise<void>;
  /**
   * Removes the sessions of a user that have an earlier epoch, except the kept one. However many there are, the event loop
   * is not blocked.
   */
  removeEarlier(userId: string, epoch: number, kept: string | undefined): Promise<void>;
  /** Removes at most `limit` sessions that expire at `until` or earlier. Resolves to how many it removed. */
  sweep(until: Date, limit: number): Promise<number>;
}
