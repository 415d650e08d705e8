import { type DbOptions, type MongoClientOptions, ReadConcern } from "mongodb";

/**
 * Deadline of one call of a port, in milliseconds. Less than the two seconds in which every request must be
 * answered, even if the server is silent. The driver itself bounds only the parts of a call (its `timeoutMS`
 * for the whole has no effect as of 7.9) and retries some.
 */
export const CALL_TIMEOUT_MS = 1_800;

/** How long a part of a call may take. */
const PART_TIMEOUT_MS = 1_000;

/**
 * How long a server may wait for a majority: less than the call's deadline, so that its answer still arrives.
 */
const MAJORITY_TIMEOUT_MS = 1_200;

/** Building an index over millions of documents takes long, once. */
const OPENING_SOCKET_TIMEOUT_MS = 600_000;

/** These options take precedence over the URI. */
const COMMON = {
  connectTimeoutMS: PART_TIMEOUT_MS,
  // on a replica set, a read or write is retried once after a network fault or a failover; the server
  // recognises a write that it has already made
  retryReads: true,
  retryWrites: true,
} satisfies MongoClientOptions;

/** Options for the connections that serve requests. */
export const servingOptions: MongoClientOptions = {
  ...COMMON,
  serverSelectionTimeoutMS: PART_TIMEOUT_MS,
  waitQueueTimeoutMS: PART_TIMEOUT_MS,
  // a silent connection is closed when its call times out
  socketTimeoutMS: CALL_TIMEOUT_MS,
};

/** Options for the connection that waits for the server and prepares the database. */
export function openingOptions(waitMs: number): MongoClientOptions {
  return {
    ...COMMON,
    serverSelectionTimeoutMS: waitMs,
    socketTimeoutMS: OPENING_SOCKET_TIMEOUT_MS,
    // frequent heartbeats detect a silent server long before the socket times out
    heartbeatFrequencyMS: PART_TIMEOUT_MS,
  };
}

/**
 * A write is acknowledged once a majority has it in its journal, so no failover undoes it.
 *
 * A read asks the primary for its current data. The primary has every acknowledged write of any process, and so
 * has a new primary after a failover. `majority` would lag behind without a benefit, and `linearizable` would
 * cost a round trip to the majority for every token check. The price: a primary that is cut off may return
 * stale data until it notices, for about one election timeout.
 */
export const guarantees = {
  writeConcern: { w: "majority", journal: true, wtimeoutMS: MAJORITY_TIMEOUT_MS },
  readPreference: "primary",
  readConcern: new ReadConcern("local"),
} as const satisfies DbOptions;
