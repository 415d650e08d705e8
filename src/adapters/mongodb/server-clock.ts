import { type Db, type Document, MongoClient, MongoServerError } from "mongodb";
import type { Clock } from "../../application/ports/clock.ts";
import { servingOptions } from "./client-options.ts";

/**
 * How many milliseconds the clock of the server is ahead of this one: what its TTL indexes go by. Off by half
 * a round trip at most.
 */
export async function mongoClockAhead(uri: string, clock: Clock): Promise<number> {
  const client = new MongoClient(uri, servingOptions);
  try {
    const admin = client.db("admin");
    // the first time connects as well
    await hello(admin);
    const before = clock.now().getTime();
    const { localTime } = await hello(admin);
    return (localTime as Date).getTime() - (before + clock.now().getTime()) / 2;
  } finally {
    await client.close();
  }
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
