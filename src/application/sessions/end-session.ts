import { keptUntil, revocationKey } from "../../domain/revocation.ts";
import type { Session } from "../../domain/session.ts";
import type { RevocationRepository } from "../ports/storage/revocations.ts";
import type { SessionRepository } from "../ports/storage/sessions.ts";

export interface EndSessionDeps {
  readonly sessions: SessionRepository;
  readonly revocations: RevocationRepository;
}

/**
 * Ends a session by a revocation entry, which is effective for every token of it, and removes its record.
 * Resolves to whether this call ended it: of concurrent calls, only one gets `true`.
 */
export async function endSession(
  deps: EndSessionDeps,
  session: Pick<Session, "id" | "expiresAt">,
): Promise<boolean> {
  const isEnded = await deps.revocations.add(revocationKey.session(session.id), keptUntil(session.expiresAt));
  await deps.sessions.remove(session.id);
  return isEnded;
}
