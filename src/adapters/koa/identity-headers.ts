import type { Profile } from "../../application/accounts/me.ts";

/**
 * Headers that identify the user, for proxies that authenticate a request before they forward it and cannot
 * read a body (nginx's `auth_request`). Header values are ASCII (RFC 9110, section 5.5), so names are
 * percent-encoded UTF-8.
 */
export function identityHeaders({ id, username }: Profile): Record<string, string> {
  return { "X-Auth-User-Id": encoded(id), "X-Auth-Username": encoded(username) };
}

/** Encodes the UTF-8 bytes, because `encodeURIComponent` throws on a lone surrogate. */
function encoded(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}
