import { type Db, type Document, MongoClient, MongoServerError } from "mongodb";
import type { Clock } from "../../application/ports/clock.ts";
import { servingOptions } from "./client-options.ts";

/**
 * How far the server's clock, by which TTL indexes remove documents, is ahead of this one, in milliseconds. The
 * error is at most half a round trip. `undefined` if the server does not report its time as a date.
 */
export async function mongoClockAhead(uri: string, clock: Clock): Promise<number | undefined> {
  const client = new MongoClient(uri, servingOptions);
  try {
    const admin = client.db("admin");
    // the first call also connects
    await hello(admin);
    const before = clock.now().getTime();
    const { localTime } = await hello(admin);
    return aheadBy(localTime, (before + clock.now().getTime()) / 2);
  } finally {
    await client.close();
  }
}

/** Interprets the `localTime` of a server: a BSON date, or other types from some engines. */
export function aheadBy(localTime: unknown, nowMs: number): number | undefined {
  return localTime instanceof Date ? localTime.getTime() - nowMs : undefined;
}

const COMMAND_NOT_FOUND = 59;

/** The server's description of itself. Some servers only support the older name of the command. */
function hello(admin: Db): Promise<Document> {
  return admin.command({ hello: 1 }).catch((error) => {
    if (error instanceof MongoServerError && error.code === COMMAND_NOT_FOUND)
      return admin.command({ isMaster: 1 });
    throw error;
  });
}
