import type { Outbox, OutboxMail } from "../../application/ports/storage/outbox.ts";
import type { Environment } from "./environment.ts";
import { assertKeys, isKey } from "./key.ts";
import type { StoredWith } from "./stored.ts";
import { openTimeIndex } from "./time-index.ts";

type MailRecord = StoredWith<OutboxMail, "isNotice">;

/** Mails by id, and an index by due time for each class: notices, and mails that a user waits for. */
export function lmdbOutbox(environment: Environment): Outbox {
  const { database, read, write } = environment;
  const mails = database<MailRecord>("outbox");
  const awaited = openTimeIndex(environment, "outboxByDue");
  const notices = openTimeIndex(environment, "outboxNoticesByDue");
  /** Records of earlier versions have no `isNotice` and are all in the index of awaited mails. */
  const duesOf = ({ isNotice }: Pick<MailRecord, "isNotice">) => (isNotice ? notices : awaited);

  return {
    async add(mail) {
      assertKeys(mail.id);
      const record = { ...mail, createdAt: mail.createdAt.getTime(), dueAt: mail.dueAt.getTime() };
      return write(() => {
        if (mails.doesExist(mail.id)) return false;
        mails.put(mail.id, record);
        duesOf(record).put(record.dueAt, mail.id);
        return true;
      });
    },
    due: (now, limit) =>
      read(() => {
        const ids = limit < 1 ? [] : awaited.upTo(now.getTime(), limit);
        if (ids.length < limit) ids.push(...notices.upTo(now.getTime(), limit - ids.length));
        return ids.flatMap((id) => fromRecord(mails.get(id)) ?? []);
      }),
    async begin(id, expectedAttempts, dueAt) {
      if (!isKey(id)) return false;
      return write(() => {
        const mail = mails.get(id);
        if (mail?.attempts !== expectedAttempts) return false;
        const dues = duesOf(mail);
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
        duesOf(mail).remove(mail.dueAt, id);
      });
    },
    waiting: () =>
      read(() => {
        let count = 0;
        let since = Infinity;
        // an outbox is short unless the mail server is down, and only `doctor` and metrics call this
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
      username: record.username,
      tokenId: record.tokenId,
      sealed: record.sealed,
      // earlier versions did not write this field
      isNotice: record.isNotice ?? false,
    }
  );
}
