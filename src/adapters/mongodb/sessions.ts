import type { Filter } from "mongodb";
import type { SessionPlace, SessionRepository } from "../../application/ports/storage/sessions.ts";
import type { Authentication } from "../../domain/authentication.ts";
import { type Session, withAuthentication } from "../../domain/session.ts";
import { batchedReads } from "./batched-reads.ts";
import type { Connection } from "./connection.ts";
import {
  assertStorable,
  type DocumentOf,
  inOneBatch,
  insertOnce,
  isStorable,
  pageOf,
  sweepBefore,
  withIds,
} from "./documents.ts";
import type { Index } from "./indexes.ts";

/** Earlier versions stored no authentication. */
type SessionDocument = DocumentOf<Session, keyof Authentication>;

const LATEST_FIRST = { createdAt: -1, _id: -1 } as const;

export const sessionIndexes: readonly Index[] = [
  { name: "by_user", key: { userId: 1, ...LATEST_FIRST } },
  // the server removes expired documents by its own clock, so they are kept an hour longer
  { name: "expiry", key: { expiresAt: 1 }, expireAfterSeconds: 3_600 },
];

/** In one command: their documents stay far below the 16 MB of an answer. */
const MAX_SESSIONS = 100;

/** Sessions by id. Removing several of them is only cleanup: an earlier step has already ended them. */
export function mongoSessions({ collection, call }: Connection): SessionRepository {
  const sessions = collection<SessionDocument>("sessions");
  const read = batchedReads((ids) => withIds(sessions, ids), MAX_SESSIONS);

  return {
    add: ({ id, ...session }) =>
      call(async () => {
        assertStorable(id, session.userId);
        await insertOnce(sessions, { _id: id, ...session });
      }),
    find: (id) =>
      call(async () => {
        const document = isStorable(id) ? await read(id) : undefined;
        return document && fromDocument(document);
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
    authenticate: (id, expectedAt, { authenticatedAt, amr }) =>
      call(async () => {
        if (!isStorable(id)) return undefined;
        // null stands for a field that is absent, as in documents of earlier versions: once written it stays
        const expected = { $in: [expectedAt, null] } as Filter<Date>;
        const document = await sessions.findOneAndUpdate(
          { _id: id, authenticatedAt: expected },
          { $set: { authenticatedAt, amr }, $max: { lastUsedAt: authenticatedAt } },
          { returnDocument: "after" },
        );
        return document === null ? undefined : fromDocument(document);
      }),
    touch: (id, at) =>
      call(async () => {
        if (isStorable(id)) await sessions.updateOne({ _id: id }, { $max: { lastUsedAt: at } });
      }),
    listOf: (userId, limit, after) =>
      call(async () => {
        // MongoDB takes 0 as no limit
        if (limit < 1 || !isStorable(userId)) return [];
        const options = { sort: LATEST_FIRST, ...inOneBatch(limit) };
        return (await sessions.find(listedOf(userId, after), options).toArray()).map(fromDocument);
      }),
    hasMoreThan: (userId, count) =>
      call(async () => {
        if (!isStorable(userId)) return false;
        // the index covers this query
        return (await sessions.countDocuments({ userId }, { limit: count + 1 })) > count;
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

/** A range of the index by user, starting after the previous page. */
function listedOf(userId: string, after: SessionPlace | undefined): Filter<SessionDocument> {
  if (after === undefined) return { userId };
  const { createdAt, id } = after;
  return {
    userId,
    createdAt: { $lte: createdAt },
    $or: [{ createdAt: { $lt: createdAt } }, { _id: { $lt: id } }],
  };
}

function fromDocument({ _id, ...session }: SessionDocument): Session {
  return withAuthentication({ id: _id, ...session });
}
