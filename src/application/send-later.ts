import type { Clock } from "./ports/clock.ts";
import type { Ids } from "./ports/ids.ts";
import type { MailKind, Outbox, OutboxMail } from "./ports/outbox.ts";

export interface SendLaterDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly outbox: Outbox;
}

/** Puts a mail where it is found even if the process ends now; it is sent outside the request. */
export function sendLater(
  { clock, ids, outbox }: SendLaterDeps,
  mail: Pick<OutboxMail, "kind" | "email"> & Partial<Pick<OutboxMail, "userId" | "tokenId">>,
): Promise<void> {
  const now = clock.now();
  const { userId, tokenId } = mail;
  return outbox.add({ ...mail, userId, tokenId, id: ids.next(), createdAt: now, attempts: 0, dueAt: now });
}

export interface NoticeDeps extends SendLaterDeps {
  /** What users are told by mail. */
  readonly notices: ReadonlySet<MailKind>;
}

/** Tells a user by mail what happened to the account, where that is asked for. */
export async function notify(
  deps: NoticeDeps,
  kind: MailKind,
  user: { readonly id: string; readonly email: { readonly shown: string } },
): Promise<void> {
  if (deps.notices.has(kind)) await sendLater(deps, { kind, email: user.email.shown, userId: user.id });
}
