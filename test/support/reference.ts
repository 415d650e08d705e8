import { CODES, statusOf } from "../../src/adapters/koa/problem.ts";
import { MEANINGS } from "../../src/adapters/koa/problem-meanings.ts";
import { describeConfig } from "../../src/composition/commands/describe-config.ts";
import { readSettings } from "../../src/composition/settings/config.ts";
import { type Settings, settingKind, settingsSchema } from "../../src/composition/settings/settings.ts";

/** The pages in docs/reference that are generated from the code of the service. */

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

/** The values that a setting takes, in the words of its error messages. */
function mayBe(name: keyof Settings): string {
  // the first message tells the kind, the second the bounds of a number
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

/** The default of a setting. One that depends on the machine is described in words. */
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

Settings are environment variables, or lines of a file. The file is the one that \`--env-file\` or \`CONNECT_AUTH_ENV_FILE\`
names, or \`.env\` in the directory where the service is started. \`NAME_FILE\` reads the value of \`NAME\` from a file;
setting both is a fault. All faults are reported at once, with exit status 78. \`connect-auth config\` shows the settings
in effect and the source of each.

${table(["setting", "default", "may be", "meaning"], rows)}

## \`.env\`

The file is UTF-8, with or without a byte order mark, at most 1 MiB. It is read as python-dotenv 1.2 reads it, so that a
file of the Flask server means the same here:

- \`NAME=value\`, \`export NAME=value\`. Whitespace around the name and the value is ignored.
- \`#\` begins a comment at the start of a line and after whitespace: \`KEY=abc#def\` is \`abc#def\`, \`KEY=abc #def\` is \`abc\`.
- \`'…'\` is literal except for \`\\'\` and \`\\\\\`; \`"…"\` supports \`\\n\`, \`\\t\`, \`\\"\` and similar escapes. Both may span lines.
- \`\${NAME}\` and \`\${NAME:-default}\` are replaced, in quotes too, by the environment or an earlier line. A setting that
  names an unset variable is a fault. Put a value that contains \`\${\` into a file, named by \`NAME_FILE\`.

If several lines have one name, the last one counts. The environment takes precedence over the file. A line that cannot
be parsed is a fault, reported by its number. A name that resembles a setting (\`JWT_SECRET\`, \`CORS_ORIGIN\`) is ignored
with a warning, also in the environment.

## \`NAME_FILE\`

The file is UTF-8, at most 1 MiB. A byte order mark and one line end are removed. An empty file is a fault, and so is
one with a NUL in it. A setting is never the empty text: a variable set to the empty text counts as not set.

## URLs with a password

In user and password of \`MONGO_URI\`, \`FLASK_MONGO_URI\` and \`SMTP_URL\`, percent-encode \`: / ? # [ ] @ %\`: the password
\`p@ss/1\` is \`p%40ss%2F1\`. A URL with any of these unencoded is refused, and no part of it is shown, because a part of
the password would be taken for a host.

## Origins

\`CORS_ORIGINS\` lists each origin as browsers send it: scheme, host, and the port if it is not the scheme's default, in
lower case, without a path. There are no wildcards. Apps that include their pages have \`capacitor://localhost\`,
\`ionic://localhost\` or \`tauri://localhost\`. \`null\` is refused, because any page can have it.

## Combinations

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

A refusal is a problem document (RFC 9457), \`application/problem+json\`: \`type\`, \`title\`, \`status\`, \`detail\`, \`message\`
(the same as \`detail\`), \`code\`, \`request_id\`, and for a body \`errors\`, a list of \`{path, code, message}\`. Decide by
\`code\`, which never changes; show \`detail\` to users. A running service has this list at \`/docs/errors\`, to which \`type\`
links.

${table(["code", "status", "meaning", "what to do"], rows)}

401 has \`WWW-Authenticate\`, 405 \`Allow\`, 429 and 503 \`Retry-After\` in seconds. \`/oauth/introspect\` and \`/oauth/revoke\`
answer as RFC 6749 demands instead: \`{error, error_description}\` with \`invalid_request\`, \`invalid_client\`,
\`temporarily_unavailable\` or \`server_error\`.
`;
}
