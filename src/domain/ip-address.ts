/** Addresses of IPv4 and IPv6 as text (RFC 4291, section 2.2; RFC 5952). */

/** An IP address. An IPv4-mapped IPv6 address is read as the IPv4 address, since it is the same host. */
export interface IpAddress {
  /** The canonical text (RFC 5952). */
  readonly text: string;
  /**
   * The network that counts as one client: the IPv4 address itself, or the first 64 bits of the IPv6 address, since one
   * host usually has all addresses in it.
   */
  readonly network: string;
}

const LONGEST = 45;
const IPV4_PARTS = 4;
const IPV6_PARTS = 8;
const NETWORK_PARTS = 4;

/**
 * The address, or `undefined` if the text is none. A text with a zone (`%eth0`, RFC 4007) is none, since a zone has a
 * meaning on one machine only.
 */
export function parseIp(text: string): IpAddress | undefined {
  if (text.length > LONGEST) return undefined;
  const ipv4 = parseIpv4(text);
  if (ipv4) return ofIpv4(ipv4);
  const parts = parseIpv6(text);
  return parts && ofIpv6(parts);
}

function ofIpv4(parts: readonly number[]): IpAddress {
  const text = parts.join(".");
  return { text, network: text };
}

function ofIpv6(parts: readonly number[]): IpAddress {
  const [sixth, high = 0, low = 0] = parts.slice(5);
  const isMapped = sixth === 0xffff && parts.slice(0, 5).every((part) => part === 0);
  if (isMapped) return ofIpv4([high >> 8, high & 0xff, low >> 8, low & 0xff]);
  const network = parts.slice(0, NETWORK_PARTS).map((part) => part.toString(16));
  return { text: shortest(parts), network: `${network.join(":")}::/64` };
}

function parseIpv4(text: string): number[] | undefined {
  const parts = text.split(".");
  // a leading zero means octal to some and nothing to others
  const isRead = parts.length === IPV4_PARTS && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part));
  const numbers = parts.map(Number);
  return isRead && numbers.every((number) => number <= 0xff) ? numbers : undefined;
}

function parseIpv6(text: string): number[] | undefined {
  const halves = text.split("::");
  const [first, last] = halves.map((half) => (half === "" ? [] : half.split(":")));
  if (first === undefined || halves.length > 2) return undefined;
  const head = parseGroups(first, last === undefined);
  const tail = last && parseGroups(last, true);
  if (head === undefined || (last !== undefined && tail === undefined)) return undefined;
  if (tail === undefined) return head.length === IPV6_PARTS ? head : undefined;
  const zeros = IPV6_PARTS - head.length - tail.length;
  return zeros >= 1 ? [...head, ...Array<number>(zeros).fill(0), ...tail] : undefined;
}

/** The groups as numbers; the last two may be spelt as IPv4 where they end the address. */
function parseGroups(groups: readonly string[], endsAddress: boolean): number[] | undefined {
  const numbers: number[] = [];
  for (const [index, group] of groups.entries()) {
    const ipv4 = endsAddress && index === groups.length - 1 ? parseIpv4(group) : undefined;
    if (ipv4) {
      const [a = 0, b = 0, c = 0, d = 0] = ipv4;
      numbers.push((a << 8) | b, (c << 8) | d);
    } else if (/^[\da-f]{1,4}$/i.test(group)) numbers.push(Number.parseInt(group, 16));
    else return undefined;
  }
  return numbers;
}

/** The longest run of zeros, of two or more, is left out, of equal ones the first (RFC 5952, section 4.2). */
function shortest(parts: readonly number[]): string {
  let [from, length] = [0, 1];
  for (let start = 0; start < IPV6_PARTS; start += 1) {
    let end = start;
    while (parts[end] === 0) end += 1;
    if (end - start > length) [from, length] = [start, end - start];
  }
  const groups = parts.map((part) => part.toString(16));
  if (length < 2) return groups.join(":");
  return `${groups.slice(0, from).join(":")}::${groups.slice(from + length).join(":")}`;
}
