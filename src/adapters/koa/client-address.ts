import { parseIp } from "../../domain/ip-address.ts";

const BRACKETED = /^\[([^\]]*)\](?::([1-9]\d{0,4}))?$/;
const IPV4_WITH_PORT = /^([\d.]+):([1-9]\d{0,4})$/;
const HIGHEST_PORT = 65_535;

/**
 * Where a request comes from: the entry of `X-Forwarded-For` that the outermost trusted proxy added, or the oldest
 * one where there are fewer entries than proxies. Without trusted proxies, without the header, and where the entry
 * is no address (`unknown`, `_hidden`, nothing), it is the other end of the connection.
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

/** The entry that stands so far from the end, empty ones counted: a client must not move what proxies added. */
function entry(list: string, fromEnd: number): string {
  const entries = list.split(",").slice(-fromEnd);
  return entries[0]?.trim() ?? "";
}

/** Some proxies add the port, from 1 to 65535, which is another one for each connection. */
function parseEntry(text: string) {
  const [, bare = text, port] = BRACKETED.exec(text) ?? IPV4_WITH_PORT.exec(text) ?? [];
  return port === undefined || Number(port) <= HIGHEST_PORT ? parseIp(bare) : undefined;
}

/** The system names the link that an address of one link came by (`fe80::1%eth0`). */
function withoutZone(socketAddress: string): string {
  return socketAddress.split("%", 1)[0] ?? "";
}
