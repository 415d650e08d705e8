import type { Storage } from "../../application/ports/storage/storage.ts";
import type { Config } from "../settings/config.ts";

/** Warns if the database holds the Flask server's data and no account was imported yet. */
export async function flaskDataWarnings(config: Config, { users }: Storage): Promise<string[]> {
  const { MONGO_URI } = config;
  if (MONGO_URI === undefined || (await users.list(undefined, 1)).length > 0) return [];
  const { holdsFlaskData } = await import("../../adapters/mongodb/flask-database.ts");
  // a user without the right to list collections is no reason not to start
  if (!(await holdsFlaskData(MONGO_URI).catch(() => false))) return [];
  return [
    "this database holds the collections of the Flask server, and no account has been imported: see `connect-auth import flask --help`",
  ];
}
