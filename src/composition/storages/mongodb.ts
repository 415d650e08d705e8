import type { ServerStorage } from "./descriptor.ts";

const uris = () => import("../../adapters/mongodb/uri.ts");
const storage = () => import("../../adapters/mongodb/storage.ts");

/** A database on a MongoDB server. */
export const mongodb: ServerStorage = {
  kind: "server",
  title: "MongoDB",
  setting: "MONGO_URI",
  backupTools: "mongodump and mongorestore",
  advice: "Check MONGO_URI, that the server runs and can be reached from here, and the rights of its user.",
  prepared: { name: "indexes", found: "all there, looked at just now" },
  async faultOf(uri) {
    const { readMongoUri } = await uris();
    try {
      readMongoUri(uri);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  },
  describe: async (uri) => (await uris()).describeMongoUri(uri),
  open: async (uri) => (await storage()).openMongoStorage(uri),
  openToRead: async (uri) => (await storage()).openMongoStorage(uri, { prepare: false }),
  async clockAhead(uri, clock) {
    const { mongoClockAhead } = await import("../../adapters/mongodb/server-clock.ts");
    return mongoClockAhead(uri, clock);
  },
};
