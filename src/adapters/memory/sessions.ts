import type { SessionRepository } from "../../application/ports/sessions.ts";
import type { Session } from "../../domain/session.ts";
import { addNew, forgetSome, pageOf, type Step } from "./step.ts";

/** Sessions by id. */
export function memorySessions(step: Step): SessionRepository {
  const sessions = new Map<string, Session>();

  const allOf = (userId: string) => [...sessions.values()].filter((session) => session.userId === userId);

  return {
    add: (session) => step(() => addNew(sessions, session.id, session)),
    find: (id) => step(() => structuredClone(sessions.get(id))),
    advance: (id, expectedGeneration, at) =>
      step(() => {
        const session = sessions.get(id);
        if (session?.generation !== expectedGeneration) return undefined;
        const next = {
          ...session,
          generation: expectedGeneration + 1,
          generationStartedAt: at,
          lastUsedAt: at,
        };
        sessions.set(id, structuredClone(next));
        return next;
      }),
    touch: (id, at) =>
      step(() => {
        const session = sessions.get(id);
        if (session && session.lastUsedAt < at) sessions.set(id, { ...session, lastUsedAt: new Date(at) });
      }),
    listOf: (userId, limit, skip = 0) =>
      step(() =>
        structuredClone(
          allOf(userId)
            .sort(latestFirst)
            .slice(skip, skip + Math.max(0, limit)),
        ),
      ),
    list: (after, limit) =>
      step(() => pageOf(sessions, after, limit).map(([, session]) => structuredClone(session))),
    remove: (id) => step(() => void sessions.delete(id)),
    removeEarlier: (userId, epoch, kept) =>
      step(() => {
        for (const session of allOf(userId)) {
          if (session.epoch < epoch && session.id !== kept) sessions.delete(session.id);
        }
      }),
    sweep: (until, limit) => step(() => forgetSome(sessions, ({ expiresAt }) => expiresAt <= until, limit)),
  };
}

function latestFirst(a: Session, b: Session): number {
  return b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1);
}
