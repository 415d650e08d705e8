import { MongoClient } from "mongodb";
import { hasMongoUriForm, MONGO_URI_FORM } from "./uri-form.ts";

const DEFAULT_DATABASE = "connect_auth";

/** The parts of a MongoDB URI that may be shown to people, and its database. */
export interface MongoAddress {
  /** Hosts as in the URI, `host:port,host:port`; for a `mongodb+srv` URI, the name that is looked up. */
  readonly hosts: string;
  readonly database: string;
}

/** @throws Error without the URI's secrets, if the driver does not accept the URI */
export function readMongoUri(uri: string): MongoAddress {
  const { srvHost, hosts } = optionsOf(uri);
  return {
    hosts: srvHost ?? hosts.map(String).join(","),
    database: databaseNamedIn(uri) ?? DEFAULT_DATABASE,
  };
}

/** The database in the path of a URI that the driver accepts. */
export function databaseNamedIn(uri: string): string | undefined {
  return decodeURIComponent(DATABASE.exec(uri)?.[1] ?? "") || undefined;
}

/** Whether the URI contains a secret. @throws Error like `readMongoUri` */
export function holdsSecret(uri: string): boolean {
  const { credentials, passphrase, proxyPassword } = optionsOf(uri);
  return [credentials?.password, passphrase, proxyPassword].some(Boolean);
}

/**
 * The hosts and database of a MongoDB URI for people, without user, password and options.
 * @throws Error without the URI's secrets, if the driver does not accept the URI
 */
export function describeMongoUri(uri: string): string {
  const { hosts, database } = readMongoUri(uri);
  return `${hosts}/${database}`;
}

/**
 * The database in the path of a URI that the driver has accepted. The driver cannot tell whether a path is
 * given: without one it uses `test`.
 */
const DATABASE = /^[^/]+:\/\/[^/?]*\/([^?]*)/;

function optionsOf(uri: string) {
  // the driver would read a part of a password as a host and repeat it in its message
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

/**
 * The driver's reason, unless it repeats something that may be secret. No cause is kept, for the same reason.
 */
function reasonFor({ message }: Error, uri: string): string {
  const afterScheme = uri.replace(/^[^:]*:\/*/, "");
  const userInfo = afterScheme.slice(0, afterScheme.lastIndexOf("@") + 1).split(/[:@]/);
  const optionValues = (uri.split("?", 2)[1] ?? "")
    .split("&")
    .map((option) => option.replace(/^[^=]*=?/, ""));
  const repeats = [...userInfo, ...optionValues].some((text) => text !== "" && message.includes(text));
  return repeats ? FORM : message;
}
