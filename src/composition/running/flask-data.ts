import type { Storage } from "../../application/ports/storage/storage.ts";
import type { Config } from "../settings/config.ts";

/** What to tell whoever starts the service beside the old server's data, and has no accounts yet. */
export async function flaskDataWarnings(config: Config, { users }: Storage): Promise<string[]> {
  const { MONGO_URI } = config;
  if (MONGO_URI === undefined || (await users.list(undefined, 1)).length > 0) return [];
  const { holdsFlaskData } = await import("../../adapters/mongodb/flask-database.ts");
  // whether its user may list collections or not, the service can serve
  if (!(await holdsFlaskData(MONGO_URI).catch(() => false))) return [];
  return [
    "this database holds the collections of the Flask server, and no account has been brought over: see `connect-auth import flask --help`",
  ];
}
