import { type DbOptions, type MongoClientOptions, ReadConcern } from "mongodb";

/**
 * How long one call of a port may take, in milliseconds. Somewhat less than the two seconds in which a
 * request must have its answer, however the server came to be silent. The driver bounds only the parts of
 * a call (its `timeoutMS` for the whole has no effect as of 7.9), and repeats some.
 */
export const CALL_TIMEOUT_MS = 1_800;

/** Of that, what its parts may take. */
const PART_TIMEOUT_MS = 1_000;

/** What a server may wait for its majority: less than the call, so that its answer still comes through. */
const MAJORITY_TIMEOUT_MS = 1_200;

/** An index over millions of documents takes its time to make, once. */
const OPENING_SOCKET_TIMEOUT_MS = 600_000;

/** What is given here goes before what the URI says. */
const COMMON = {
  connectTimeoutMS: PART_TIMEOUT_MS,
  // on a replica set a read or write that meets a network fault or a failover is sent once more; the server
  // recognises a write that it has already made
  retryReads: true,
  retryWrites: true,
} satisfies MongoClientOptions;

/** For the connections that requests use. */
export const servingOptions: MongoClientOptions = {
  ...COMMON,
  serverSelectionTimeoutMS: PART_TIMEOUT_MS,
  waitQueueTimeoutMS: PART_TIMEOUT_MS,
  // a silent connection is given up with the call that waits for it
  socketTimeoutMS: CALL_TIMEOUT_MS,
};

/** For the connection that waits for the server and prepares the database. */
export function openingOptions(waitMs: number): MongoClientOptions {
  return {
    ...COMMON,
    serverSelectionTimeoutMS: waitMs,
    socketTimeoutMS: OPENING_SOCKET_TIMEOUT_MS,
    // and yet no server that falls silent is waited for so long
    heartbeatFrequencyMS: PART_TIMEOUT_MS,
  };
}

/**
 * A write is acknowledged once a majority has it in its journal, so no failover undoes it.
 *
 * A read asks the primary for what it has now. The primary has every write that was acknowledged, whatever
 * process asked for it, and a new primary takes over with all of them; `majority` would see no more and lag
 * behind, and `linearizable` would cost a round trip to the majority on every token check. What is given up:
 * a primary that was cut off may answer from before until it notices, for about an election timeout.
 */
export const guarantees = {
  writeConcern: { w: "majority", journal: true, wtimeoutMS: MAJORITY_TIMEOUT_MS },
  readPreference: "primary",
  readConcern: new ReadConcern("local"),
} as const satisfies DbOptions;
