import type { Profile } from "../../application/accounts/me.ts";

/**
 * Who it is, for proxies that ask before they pass a request on and can read no body (nginx's `auth_request`). Values of
 * headers are ASCII (RFC 9110, section 5.5), names are of any script: percent-encoded UTF-8.
 */
export function identityHeaders({ id, username }: Profile): Record<string, string> {
  return { "X-Auth-User-Id": encoded(id), "X-Auth-Username": encoded(username) };
}

/** By way of bytes, since half of a surrogate pair cannot be encoded. */
function encoded(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}
