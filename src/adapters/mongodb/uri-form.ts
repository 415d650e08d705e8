/**
 * The form of a URI. The characters to percent-encode are those of MongoDB's connection string specification.
 */
export const MONGO_URI_FORM =
  "mongodb://user:password@host:27017/database or mongodb+srv://user:password@name/database; percent-encode : / ? # [ ] @ % in user and password";

// no part of a password is read as another part: the only @ is the one before the hosts, and there is no #
const URI =
  /^mongodb(\+srv)?:\/\/(?:([^:/?#[\]@]+)(?::([^:/?#[\]@]*))?@)?([^/?#@]+)(?:\/([^/?#@]*))?(?:\?([^#@]*))?$/;
const HOST = /^(?:\[[0-9A-Fa-f:.]+(?:%[\w.-]+)?\]|[A-Za-z0-9_](?:[\w.-]*\w)?\.?)(?::(\d{1,5}))?$/;
const SOCKET = /^%2F[\w.%-]+\.sock$/i;

/**
 * Whether a text has the form of a MongoDB URI. The driver accepts more: if a password is not percent-encoded,
 * it reads a part of it as a host. This check avoids loading the driver, which is slow.
 */
export function hasMongoUriForm(text: string): boolean {
  const [, srv, user = "", password = "", hosts = "", database = ""] = URI.exec(text) ?? [];
  if (hosts === "" || /[\s\p{Cc}]/u.test(text)) return false;
  if (![user, password, database].every(isEncoded)) return false;
  const list = hosts.split(",");
  if (srv !== undefined) return list.length === 1 && HOST.test(hosts) && !hosts.includes(":");
  return list.every((host) => SOCKET.test(host) || isHostAndPort(host));
}

function isHostAndPort(host: string): boolean {
  const [whole, port] = HOST.exec(host) ?? [];
  return whole !== undefined && (port === undefined || (Number(port) > 0 && Number(port) <= 65_535));
}

function isEncoded(text: string): boolean {
  try {
    return decodeURIComponent(text) !== undefined;
  } catch {
    return false;
  }
}
