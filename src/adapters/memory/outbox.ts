import type { Outbox, OutboxMail } from "../../application/ports/storage/outbox.ts";
import type { Step } from "./step.ts";

/** Mails by id. */
export function memoryOutbox(step: Step): Outbox {
  const mails = new Map<string, OutboxMail>();

  return {
    add: (mail) =>
      step(() => {
        if (mails.has(mail.id)) return false;
        mails.set(mail.id, structuredClone(mail));
        return true;
      }),
    due: (now, limit) =>
      step(() =>
        structuredClone(
          [...mails.values()]
            .filter(({ dueAt }) => dueAt <= now)
            .sort((a, b) => Number(a.isNotice) - Number(b.isNotice) || a.dueAt.getTime() - b.dueAt.getTime())
            .slice(0, Math.max(0, limit)),
        ),
      ),
    begin: (id, expectedAttempts, dueAt) =>
      step(() => {
        const mail = mails.get(id);
        if (mail?.attempts !== expectedAttempts) return false;
        mails.set(id, { ...mail, attempts: expectedAttempts + 1, dueAt: new Date(dueAt) });
        return true;
      }),
    tie: (id, tokenId) =>
      step(() => {
        const mail = mails.get(id);
        if (mail === undefined) return undefined;
        const tied = mail.tokenId ?? tokenId;
        mails.set(id, { ...mail, tokenId: tied });
        return tied;
      }),
    remove: (id) => step(() => void mails.delete(id)),
    waiting: () =>
      step(() => {
        let since = Infinity;
        for (const { createdAt } of mails.values()) since = Math.min(since, createdAt.getTime());
        return { count: mails.size, since: mails.size > 0 ? new Date(since) : undefined };
      }),
  };
}
