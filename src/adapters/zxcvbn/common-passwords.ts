import { canonicalText } from "../../domain/text.ts";

/** Loads a check whether a password, in canonical form, is among about fifty thousand common ones. */
export async function loadCommonPasswords(): Promise<(password: string) => boolean> {
  // megabytes that are needed only if PASSWORD_BLOCKLIST is on
  const { dictionary } = await import("@zxcvbn-ts/language-common");
  const common = new Set(dictionary["passwords-common"].map((word) => canonicalText(String(word))));
  return (password) => common.has(canonicalText(password));
}
