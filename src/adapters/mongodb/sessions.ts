import type { SessionRepository } from "../../application/ports/sessions.ts";
import type { Session } from "../../domain/session.ts";
import type { Connection } from "./connection.ts";
import { inOneBatch, insertOnce, isStorable, mustBeStorable, pageOf, sweepBefore } from "./documents.ts";
import type { Index } from "./indexes.ts";

type SessionDocument = Omit<Session, "id"> & { readonly _id: string };

export const sessionIndexes: readonly Index[] = [
  { name: "by_user", key: { userId: 1, createdAt: -1, _id: -1 } },
  // the server sweeps by its own clock: an hour late is early enough
  { name: "expiry", key: { expiresAt: 1 }, expireAfterSeconds: 3_600 },
];

/** Sessions by id. What removes several of them only tidies: another step has ended them before. */
export function mongoSessions({ collection, call }: Connection): SessionRepository {
  const sessions = collection<SessionDocument>("sessions");

  return {
    add: ({ id, ...session }) =>
      call(async () => {
        mustBeStorable(id, session.userId);
        await insertOnce(sessions, { _id: id, ...session });
      }),
    find: (id) =>
      call(async () => {
        const document = isStorable(id) ? await sessions.findOne({ _id: id }) : null;
        return document === null ? undefined : fromDocument(document);
      }),
    advance: (id, expectedGeneration, at) =>
      call(async () => {
        if (!isStorable(id)) return undefined;
        const next = { generation: expectedGeneration + 1, generationStartedAt: at, lastUsedAt: at };
        const document = await sessions.findOneAndUpdate(
          { _id: id, generation: expectedGeneration },
          { $set: next },
          { returnDocument: "after" },
        );
        return document === null ? undefined : fromDocument(document);
      }),
    touch: (id, at) =>
      call(async () => {
        if (isStorable(id)) await sessions.updateOne({ _id: id }, { $max: { lastUsedAt: at } });
      }),
    listOf: (userId, limit, skip = 0) =>
      call(async () => {
        // no limit at all is what 0 would mean to MongoDB
        if (limit < 1 || !isStorable(userId)) return [];
        const latestFirst = { sort: { createdAt: -1, _id: -1 }, skip, ...inOneBatch(limit) } as const;
        return (await sessions.find({ userId }, latestFirst).toArray()).map(fromDocument);
      }),
    list: (after, limit) => call(async () => (await pageOf(sessions, after, limit)).map(fromDocument)),
    remove: (id) =>
      call(async () => {
        if (isStorable(id)) await sessions.deleteOne({ _id: id });
      }),
    removeEarlier: (userId, epoch, kept) =>
      call(async () => {
        if (!isStorable(userId)) return;
        const others = kept === undefined ? {} : { _id: { $ne: kept } };
        await sessions.deleteMany({ userId, epoch: { $lt: epoch }, ...others });
      }),
    sweep: (until, limit) => call(() => sweepBefore(sessions, "expiresAt", until, limit)),
  };
}

function fromDocument({ _id, ...session }: SessionDocument): Session {
  return { id: _id, ...session };
}
