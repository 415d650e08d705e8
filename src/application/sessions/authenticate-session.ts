import type { Authentication } from "../../domain/authentication.ts";
import type { Session } from "../../domain/session.ts";
import { untilApplied } from "../../domain/until-applied.ts";
import type { SessionRepository } from "../ports/storage/sessions.ts";

/** Records an authentication in a session. Resolves to the session after it; `undefined` if there is no such session. */
export function authenticateSession(
  { sessions }: { readonly sessions: SessionRepository },
  id: string,
  next: Authentication,
): Promise<Session | undefined> {
  return untilApplied(async () => {
    const before = await sessions.find(id);
    if (before === undefined) return undefined;
    return (await sessions.authenticate(id, before.authenticatedAt, next)) ?? false;
  });
}
