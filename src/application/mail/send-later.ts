import { AuthError } from "../../domain/errors.ts";
import type { NoticeKind } from "../../domain/mails.ts";
import type { User } from "../../domain/user.ts";
import type { Admission } from "../limits/admission.ts";
import type { KeyedHash, Throttle } from "../limits/throttle.ts";
import type { Clock } from "../ports/clock.ts";
import type { Ids } from "../ports/ids.ts";
import type { Outbox, OutboxMail } from "../ports/storage/outbox.ts";

export interface SendLaterDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly outbox: Outbox;
}

/** Adds a mail to the outbox, durably. It is delivered outside the request. */
export async function sendLater(
  { clock, ids, outbox }: SendLaterDeps,
  mail: Pick<OutboxMail, "kind" | "email"> &
    Partial<Pick<OutboxMail, "userId" | "username" | "tokenId" | "sealed">>,
): Promise<void> {
  const now = clock.now();
  const { userId, username, tokenId, sealed } = mail;
  const entry = { ...mail, userId, username, tokenId, sealed, createdAt: now, attempts: 0, dueAt: now };
  await outbox.add({ ...entry, id: ids.next(), isNotice: false });
}

export interface NoticeDeps {
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly throttle: Throttle;
  readonly keyedHash: KeyedHash;
  /** The notices that are configured. */
  readonly notices: ReadonlySet<NoticeKind>;
}

/**
 * Sends a user a notice of what happened to the account, if it is configured and the address is verified. While a notice
 * of the kind waits to be sent, and beyond the limits, no other is added; that is no error, since the change was made.
 */
export async function notify(
  deps: NoticeDeps,
  kind: NoticeKind,
  { id: userId, username, email, emailVerified }: Pick<User, "id" | "username" | "email" | "emailVerified">,
): Promise<void> {
  if (!deps.notices.has(kind) || !emailVerified) return;
  const now = deps.clock.now();
  const admission = await unlessTooMany(deps.throttle.notice(kind, userId, email.canonical, now));
  if (admission === undefined) return;
  const wasAdded = await deps.outbox.add({
    // the same id for all notices of a kind, so that at most one waits
    id: deps.keyedHash(`waiting ${kind} ${userId} ${email.canonical}`),
    kind,
    email: email.shown,
    userId,
    username: username.shown,
    createdAt: now,
    attempts: 0,
    dueAt: now,
    tokenId: undefined,
    isNotice: true,
    sealed: undefined,
  });
  if (!wasAdded) await admission.refund();
}

async function unlessTooMany(admission: Promise<Admission>): Promise<Admission | undefined> {
  try {
    return await admission;
  } catch (error) {
    if (error instanceof AuthError && error.code === "too_many_attempts") return undefined;
    throw error;
  }
}
