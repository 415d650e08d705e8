import { CODES, statusOf } from "../../src/adapters/koa/problem.ts";
import { MEANINGS } from "../../src/adapters/koa/problem-meanings.ts";
import { readSettings } from "../../src/composition/config.ts";
import { describeConfig } from "../../src/composition/describe-config.ts";
import { type Settings, settingKind, settingsSchema } from "../../src/composition/settings.ts";

/** The pages in docs/reference that are made of what the service itself goes by. */

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

/** What a setting may be, in the words that refuse anything else. */
function mayBe(name: keyof Settings): string {
  // the one says what kind it is, the other, of numbers, within which bounds
  const words = ["\0", "9".repeat(15)].map(
    (text) => settingsSchema.shape[name].safeParse(text).error?.issues[0]?.message,
  );
  const [kind, bounds = kind] = words.map((text) => text?.replace(/^must be /, ""));
  const isSecret = settingKind(name) === "secret";
  return (
    (kind === "a whole number" ? `a number ${bounds}` : kind) ??
    (isSecret ? "a secret of 32 bytes or more" : "")
  );
}

/** What holds where a setting is not set; that of the machine's size is said in words. */
function defaultOf(value: string | undefined, origin: string): string {
  const derived = /^derived: (.*)/.exec(origin)?.[1];
  if (derived) return derived;
  return value ? `\`${value}\`` : "none";
}

export function configurationPage(): string {
  const rows = describeConfig(readSettings({}, "")).settings.map(({ name, value, origin }) => {
    const { description = "" } = settingsSchema.shape[name as keyof Settings];
    return [`\`${name}\``, defaultOf(value, origin), mayBe(name as keyof Settings), description];
  });
  return `# Settings

Environment variables, or lines of a file \`.env\` in the directory where the service is started. \`NAME_FILE\` reads the value of
\`NAME\` from a file; both set is a fault. All faults are told at once, with exit status 78. \`connect-auth config\` shows what is in
effect and where it comes from.

${table(["setting", "default", "may be", "meaning"], rows)}

\`JWT_SECRET_KEY\` together with \`JWT_ALG\`, \`JWT_TYP\` or \`KEY_ROTATION\` is a fault. \`SECRET_KEY\` is required with MongoDB.
`;
}

export function errorsPage(): string {
  const rows = CODES.map((code) => [
    `<a id="${code}"></a>\`${code}\``,
    String(statusOf(code)),
    ...MEANINGS[code],
  ]);
  return `# Errors

A refusal is a problem document (RFC 9457), \`application/problem+json\`: \`type\`, \`title\`, \`status\`, \`detail\`, \`message\` (the same as
\`detail\`), \`code\`, \`request_id\`, and for a body \`errors\`, a list of \`{path, code, message}\`. Decide by \`code\`, which never changes;
show \`detail\` to people. A running service has this list at \`/docs/errors\`, where \`type\` points.

${table(["code", "status", "meaning", "what to do"], rows)}

401 carries \`WWW-Authenticate\`, 405 \`Allow\`, 429 and 503 \`Retry-After\` in seconds. \`/oauth/introspect\` and \`/oauth/revoke\` answer what
RFC 6749 asks for instead: \`{error, error_description}\` with \`invalid_request\`, \`invalid_client\`, \`temporarily_unavailable\` or
\`server_error\`.
`;
}
