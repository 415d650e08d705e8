import type { Outbox, OutboxMail } from "../../application/ports/outbox.ts";
import type { Connection } from "./connection.ts";
import { inOneBatch, insertOnce, isStorable, mustBeStorable } from "./documents.ts";
import type { Index } from "./indexes.ts";

/** What a document leaves out where it is `undefined`. */
type Optional = "userId" | "tokenId";
type MailDocument = Omit<OutboxMail, "id" | Optional> & { readonly _id: string } & Partial<
    Pick<OutboxMail, Optional>
  >;

export const outboxIndexes: readonly Index[] = [
  { name: "due", key: { dueAt: 1 } },
  { name: "oldest", key: { createdAt: 1 } },
];

/** Mails by id. */
export function mongoOutbox({ collection, call }: Connection): Outbox {
  const mails = collection<MailDocument>("outbox");

  return {
    add: ({ id, ...mail }) =>
      call(async () => {
        mustBeStorable(id);
        await insertOnce(mails, { _id: id, ...mail });
      }),
    due: (now, limit) =>
      call(async () => {
        // no limit at all is what 0 would mean to MongoDB
        if (limit < 1) return [];
        const options = { sort: { dueAt: 1 }, ...inOneBatch(limit) } as const;
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
        mustBeStorable(tokenId);
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
  return { id: _id, ...mail, userId: mail.userId, tokenId: mail.tokenId };
}
