import { MongoClient } from "mongodb";
import { hasMongoUriForm, MONGO_URI_FORM } from "./uri-form.ts";

const DEFAULT_DATABASE = "connect_auth";

/** What a MongoDB URI says that may be shown to people, and the database it means. */
export interface MongoAddress {
  /** Hosts as in the URI, `host:port,host:port`; of a `mongodb+srv` URI the name that is looked up. */
  readonly hosts: string;
  readonly database: string;
}

/** @throws Error without any of the URI's secrets, where the driver would not take the URI. */
export function readMongoUri(uri: string): MongoAddress {
  const { srvHost, hosts } = optionsOf(uri);
  return {
    hosts: srvHost ?? hosts.map(String).join(","),
    database: databaseNamedIn(uri) ?? DEFAULT_DATABASE,
  };
}

/** The database in the path of a URI that the driver takes. */
export function databaseNamedIn(uri: string): string | undefined {
  return decodeURIComponent(DATABASE.exec(uri)?.[1] ?? "") || undefined;
}

/** Whether there is something in the URI that nobody else may see. @throws Error as `readMongoUri` does */
export function holdsSecret(uri: string): boolean {
  const { credentials, passphrase, proxyPassword } = optionsOf(uri);
  return [credentials?.password, passphrase, proxyPassword].some(Boolean);
}

/**
 * Hosts and database of a MongoDB URI, without user, password and options, in a form for people.
 * @throws Error without any of the URI's secrets, where the driver would not take the URI.
 */
export function describeMongoUri(uri: string): string {
  const { hosts, database } = readMongoUri(uri);
  return `${hosts}/${database}`;
}

/**
 * The path of a URI that the driver has taken. The driver itself cannot say: without a path it means `test`,
 * and the same with one that says so.
 */
const DATABASE = /^[^/]+:\/\/[^/?]*\/([^?]*)/;

function optionsOf(uri: string) {
  // the driver would take a part of a password for a host, and say so
  if (!hasMongoUriForm(uri)) throw unusable(FORM);
  try {
    // connects to nothing
    return new MongoClient(uri).options;
  } catch (error) {
    throw unusable(reasonFor(error as Error, uri));
  }
}

function unusable(reason: string): Error {
  return new Error(`This is not a MongoDB URI that can be used: ${reason}`);
}

const FORM = `it must look like ${MONGO_URI_FORM}`;

/** Why the driver refuses, unless it repeats some of what may be secret. No cause is kept, for the same reason. */
function reasonFor({ message }: Error, uri: string): string {
  const afterScheme = uri.replace(/^[^:]*:\/*/, "");
  const userInfo = afterScheme.slice(0, afterScheme.lastIndexOf("@") + 1).split(/[:@]/);
  const optionValues = (uri.split("?", 2)[1] ?? "")
    .split("&")
    .map((option) => option.replace(/^[^=]*=?/, ""));
  const repeats = [...userInfo, ...optionValues].some((text) => text !== "" && message.includes(text));
  return repeats ? FORM : message;
}
