import { startPython } from "../python.ts";
import type { ServerProcess } from "../server-process.ts";

const OLD_SECRET = "the secret that the old server signs with";

/**
 * Starts the Flask server that this project replaces, in its original stack, on the database that the URI
 * names; needs the Python environment flask-jwt-3. Its calls are the seed's; refreshing is by POST alone.
 */
export function startOldServer(mongoUri: string, JWT_SECRET_KEY = OLD_SECRET): Promise<ServerProcess> {
  return startPython("flask-jwt-3", "old-server.py", { MONGO_URI: mongoUri, JWT_SECRET_KEY });
}
