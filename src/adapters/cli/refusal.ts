import type { AuthError } from "../../domain/errors.ts";

/** Explains a use case's refusal to the user of a command. Repeats nothing that was typed. */
export function explainRefusal({ code, message, fields }: AuthError): string {
  if (code === "not_found") return `There is no such account, session or key (${code})`;
  const faults = fields.map(({ path, message }) => `  - ${path}: ${message}`);
  return faults.length > 0
    ? [`This cannot be accepted (${code}):`, ...faults].join("\n")
    : `${message} (${code})`;
}
