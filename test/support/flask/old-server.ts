import { findPython, startPython } from "../python.ts";
import type { ServerProcess } from "../server-process.ts";

/** The secret that the old server signs with, unless a test has one of its own. */
const OLD_SECRET = "the secret that the old server signs with";

/** Whether the old server can be started here; where it cannot, a line has said why. */
export async function hasOldServer(): Promise<boolean> {
  return (await findPython("flask-jwt-3")) !== undefined;
}

/**
 * Starts the Flask server that this project replaces, in its original stack, on the database that the URI
 * names. Its calls are the seed's; refreshing is by POST alone.
 */
export async function startOldServer(
  mongoUri: string,
  JWT_SECRET_KEY: string = OLD_SECRET,
): Promise<ServerProcess> {
  const python = await findPython("flask-jwt-3");
  if (python === undefined) throw new Error("The old server needs Python");
  return startPython(python, "old-server.py", { MONGO_URI: mongoUri, JWT_SECRET_KEY });
}
