import type { Document } from "mongodb";
import type { Connection } from "../../src/adapters/mongodb/connection.ts";

/** A connection without a server: it keeps the documents that would be stored, with each upsert as an insert. */
export function keepingConnection(): { readonly connection: Connection; readonly documents: Document[] } {
  const documents: Document[] = [];
  const upsert = ({ _id }: Document, { $inc, $max, $setOnInsert }: Document) =>
    void documents.push({ _id, ...$inc, ...$max, ...$setOnInsert });
  const collection = {
    insertOne: async (document: Document) => void documents.push(document),
    insertMany: async (added: Document[]) => void documents.push(...added),
    async updateOne(filter: Document, update: Document) {
      upsert(filter, update);
      return { upsertedCount: 1 };
    },
    async findOneAndUpdate(filter: Document, update: Document) {
      upsert(filter, update);
      return null;
    },
  };
  const connection = { collection: () => collection, call: (work: () => unknown) => work() };
  return { connection: connection as unknown as Connection, documents };
}
