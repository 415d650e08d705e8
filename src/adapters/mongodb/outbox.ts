import type { Outbox, OutboxMail } from "../../application/ports/storage/outbox.ts";
import type { Connection } from "./connection.ts";
import {
  assertStorable,
  type DocumentOf,
  inOneBatch,
  insertOnce,
  isDuplicateKey,
  isStorable,
} from "./documents.ts";
import type { Index } from "./indexes.ts";

type MailDocument = DocumentOf<Omit<OutboxMail, "isNotice">> & {
  /** Left out if it is false, as in documents of earlier versions, because a missing field sorts first. */
  readonly isNotice?: true;
};

export const outboxIndexes: readonly Index[] = [
  { name: "order", key: { isNotice: 1, dueAt: 1 } },
  { name: "oldest", key: { createdAt: 1 } },
];

/** Mails by id. */
export function mongoOutbox({ collection, call }: Connection): Outbox {
  const mails = collection<MailDocument>("outbox");

  return {
    add: ({ id, isNotice, ...mail }) =>
      call(async () => {
        assertStorable(id);
        try {
          await insertOnce(mails, { _id: id, ...mail, ...(isNotice && { isNotice }) });
          return true;
        } catch (error) {
          if (isDuplicateKey(error)) return false;
          throw error;
        }
      }),
    due: (now, limit) =>
      call(async () => {
        // MongoDB takes 0 as no limit
        if (limit < 1) return [];
        const options = { sort: { isNotice: 1, dueAt: 1 }, ...inOneBatch(limit) } as const;
        return (await mails.find({ dueAt: { $lte: now } }, options).toArray()).map(fromDocument);
      }),
    begin: (id, expectedAttempts, dueAt) =>
      call(async () => {
        if (!isStorable(id)) return false;
        const changes = { $set: { attempts: expectedAttempts + 1, dueAt } };
        return (await mails.updateOne({ _id: id, attempts: expectedAttempts }, changes)).matchedCount === 1;
      }),
    tie: (id, tokenId) =>
      call(async () => {
        if (!isStorable(id)) return undefined;
        assertStorable(tokenId);
        const { matchedCount } = await mails.updateOne(
          { _id: id, tokenId: { $exists: false } },
          { $set: { tokenId } },
        );
        return matchedCount === 1 ? tokenId : (await mails.findOne({ _id: id }))?.tokenId;
      }),
    remove: (id) =>
      call(async () => {
        if (isStorable(id)) await mails.deleteOne({ _id: id });
      }),
    waiting: () =>
      call(async () => {
        const [oldest] = await mails.find({}, { sort: { createdAt: 1 }, ...inOneBatch(1) }).toArray();
        return { count: oldest ? await mails.countDocuments() : 0, since: oldest?.createdAt };
      }),
  };
}

function fromDocument({ _id, ...mail }: MailDocument): OutboxMail {
  const { userId, username, tokenId, sealed, isNotice = false } = mail;
  return { id: _id, ...mail, userId, username, tokenId, sealed, isNotice };
}
