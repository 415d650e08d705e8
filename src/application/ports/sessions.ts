import type { Session } from "../../domain/session.ts";

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
}
