import type { Outbox, OutboxMail } from "../../application/ports/outbox.ts";
import { openEnds } from "./ends.ts";
import type { Environment } from "./environment.ts";
import { isKey, mustBeKeys } from "./key.ts";

type MailRecord = Omit<OutboxMail, "createdAt" | "dueAt"> & {
  readonly createdAt: number;
  readonly dueAt: number;
};

/** Mails by id, and an index by when they are due. */
export function lmdbOutbox(environment: Environment): Outbox {
  const { database, read, write } = environment;
  const mails = database<MailRecord>("outbox");
  const dues = openEnds(environment, "outboxByDue");

  return {
    async add(mail) {
      mustBeKeys(mail.id);
      const record = { ...mail, createdAt: mail.createdAt.getTime(), dueAt: mail.dueAt.getTime() };
      const isNew = await write(() => {
        if (mails.doesExist(mail.id)) return false;
        mails.put(mail.id, record);
        dues.put(record.dueAt, mail.id);
        return true;
      });
      if (!isNew) throw new Error("The id is in use");
    },
    due: (now, limit) =>
      read(() => {
        const ids = limit < 1 ? [] : dues.upTo(now.getTime(), limit);
        return ids.flatMap((id) => fromRecord(mails.get(id)) ?? []);
      }),
    async begin(id, expectedAttempts, dueAt) {
      if (!isKey(id)) return false;
      return write(() => {
        const mail = mails.get(id);
        if (mail?.attempts !== expectedAttempts) return false;
        dues.remove(mail.dueAt, id);
        mails.put(id, { ...mail, attempts: expectedAttempts + 1, dueAt: dueAt.getTime() });
        dues.put(dueAt.getTime(), id);
        return true;
      });
    },
    async tie(id, tokenId) {
      if (!isKey(id)) return undefined;
      return write(() => {
        const mail = mails.get(id);
        if (mail === undefined) return undefined;
        const tied = mail.tokenId ?? tokenId;
        mails.put(id, { ...mail, tokenId: tied });
        return tied;
      });
    },
    async remove(id) {
      if (!isKey(id)) return;
      await write(() => {
        const mail = mails.get(id);
        if (mail === undefined) return;
        mails.remove(id);
        dues.remove(mail.dueAt, id);
      });
    },
    waiting: () =>
      read(() => {
        let count = 0;
        let since = Infinity;
        // an outbox is short, unless the mail server is away, and only a doctor and who reads metrics ask
        for (const { value } of mails.getRange()) {
          count += 1;
          since = Math.min(since, value.createdAt);
        }
        return { count, since: count > 0 ? new Date(since) : undefined };
      }),
  };
}

function fromRecord(record: MailRecord | undefined): OutboxMail | undefined {
  return (
    record && {
      ...record,
      createdAt: new Date(record.createdAt),
      dueAt: new Date(record.dueAt),
      // JSON leaves out what is undefined
      userId: record.userId,
      tokenId: record.tokenId,
    }
  );
}
