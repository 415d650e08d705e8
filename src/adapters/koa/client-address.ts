import { parseIp } from "../../domain/ip-address.ts";

const BRACKETED = /^\[([^\]]*)\](?::([1-9]\d{0,4}))?$/;
const IPV4_WITH_PORT = /^([\d.]+):([1-9]\d{0,4})$/;
const HIGHEST_PORT = 65_535;

/**
 * The client's address: the entry of `X-Forwarded-For` that the outermost trusted proxy added, or the oldest
 * entry if there are fewer entries than proxies. It is the peer of the connection if there are no trusted
 * proxies, no header, or no address in the entry (`unknown`, `_hidden`, empty).
 */
export function clientAddress(
  socketAddress: string,
  forwardedFor: string | undefined,
  trustedHops: number,
): string {
  const isForwarded = trustedHops > 0 && forwardedFor !== undefined;
  const ip = isForwarded ? parseEntry(entry(forwardedFor, trustedHops)) : undefined;
  return (ip ?? parseIp(withoutZone(socketAddress)))?.text ?? "";
}

/**
 * The entry at a distance from the end. Empty entries count, so that a client cannot shift the entries that
 * proxies added.
 */
function entry(list: string, fromEnd: number): string {
  const entries = list.split(",").slice(-fromEnd);
  return entries[0]?.trim() ?? "";
}

/** Parses an entry without its port. Some proxies add the port, which differs for each connection. */
function parseEntry(text: string) {
  const [, bare = text, port] = BRACKETED.exec(text) ?? IPV4_WITH_PORT.exec(text) ?? [];
  return port === undefined || Number(port) <= HIGHEST_PORT ? parseIp(bare) : undefined;
}

/** Removes the zone that the system adds to a link-local address (`fe80::1%eth0`). */
function withoutZone(socketAddress: string): string {
  return socketAddress.split("%", 1)[0] ?? "";
}
