import { canonicalText } from "../../domain/text.ts";

/** Whether a password is among the some fifty thousand most common ones, however it is spelt. */
export async function loadCommonPasswords(): Promise<(password: string) => boolean> {
  // megabytes that only those need who ask for them
  const { dictionary } = await import("@zxcvbn-ts/language-common");
  const common = new Set(dictionary["passwords-common"].map((word) => canonicalText(String(word))));
  return (password) => common.has(canonicalText(password));
}
