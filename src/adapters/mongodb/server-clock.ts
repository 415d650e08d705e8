import { type Db, type Document, MongoClient, MongoServerError } from "mongodb";
import type { Clock } from "../../application/ports/clock.ts";
import { servingOptions } from "./client-options.ts";

/**
 * How many milliseconds the clock of the server, by which its TTL indexes remove documents, is ahead of this one. Off
 * by half a round trip at most. `undefined` where the server does not tell its time as a date.
 */
export async function mongoClockAhead(uri: string, clock: Clock): Promise<number | undefined> {
  const client = new MongoClient(uri, servingOptions);
  try {
    const admin = client.db("admin");
    // the first time connects as well
    await hello(admin);
    const before = clock.now().getTime();
    const { localTime } = await hello(admin);
    return aheadBy(localTime, (before + clock.now().getTime()) / 2);
  } finally {
    await client.close();
  }
}

/** `localTime` as a server gives it: a BSON date, and from some engines other things. */
export function aheadBy(localTime: unknown, nowMs: number): number | undefined {
  return localTime instanceof Date ? localTime.getTime() - nowMs : undefined;
}

const COMMAND_NOT_FOUND = 59;

/** What the server says of itself; the second name is the older one, which some servers know alone. */
function hello(admin: Db): Promise<Document> {
  return admin.command({ hello: 1 }).catch((error) => {
    if (error instanceof MongoServerError && error.code === COMMAND_NOT_FOUND)
      return admin.command({ isMaster: 1 });
    throw error;
  });
}
