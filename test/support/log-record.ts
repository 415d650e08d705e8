import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Records the log output of the whole suite, and all passwords and tokens in use. After all tests `log-check.ts`
 * searches the output for them.
 */

/** The variable with the directory of the records of this run, which `log-check.ts` makes. */
export const RECORD_DIR = "TEST_LOG_RECORD";

export interface Secret {
  /** A description that may be printed. */
  readonly kind: string;
  readonly text: string;
}

/** Returns a function that records the output of one service. */
export function logRecorder(): (output: string | Uint8Array) => void {
  const name = `${randomUUID()}.log`;
  return (output) => append(name, output);
}

const secretsFile = `${randomUUID()}.secrets`;
const known = new Set<string>();

export function recordSecrets(secrets: readonly Secret[]): void {
  // the first kind of a text is the most precise
  const unknown = secrets.filter(({ text }) => !known.has(text) && known.add(text));
  append(secretsFile, unknown.map((secret) => `${JSON.stringify(secret)}\n`).join(""));
}

/** The secrets among the variables that a service is started with. */
export function recordSettings(env: Readonly<Record<string, string>>): void {
  const single = ["SECRET_KEY", "SECRET_KEY_PREVIOUS", "JWT_SECRET_KEY"];
  recordSecrets(single.flatMap((name) => (env[name] ? [{ kind: name, text: env[name] }] : [])));
  const clients = env.INTROSPECTION_CLIENTS?.split(",") ?? [];
  const secretOf = (client: string) => client.slice(client.indexOf(":") + 1);
  recordSecrets(clients.map((client) => ({ kind: "INTROSPECTION_CLIENTS", text: secretOf(client) })));
}

/** The secrets in HTTP traffic, well formed or not. */
export function secretsIn(traffic: string): Secret[] {
  const found: Secret[] = [];
  for (const [, kind = "", quoted = ""] of traffic.matchAll(
    /"(\w*password|\w*token)"\s*:\s*"((?:[^"\\]|\\.)*)/gi,
  )) {
    found.push({ kind, text: unquoted(quoted) });
  }
  for (const [, kind = "", encoded = ""] of traffic.matchAll(/\b(\w*password|\w*token)=([^&\s]+)/gi)) {
    found.push({ kind, text: decoded(encoded) });
  }
  for (const [, value = ""] of traffic.matchAll(/^authorization:[ \t]*(?:\w+[ \t]+)?(.+?)\r?$/gim)) {
    found.push({ kind: "Authorization", text: value });
  }
  for (const [, encoded = ""] of traffic.matchAll(/^authorization: basic (\S+)/gim)) {
    const [, text = ""] = Buffer.from(encoded, "base64").toString().split(/:(.*)/s);
    found.push({ kind: "client secret", text });
  }
  for (const [jwt, payload = "", signature = ""] of traffic.matchAll(
    // each begins as `{"` does in base64url; three long labels of a host do not
    /(?<![\w-])eyJ[\w-]{7,}\.([\w-]{10,})\.([\w-]{10,})/g,
  )) {
    found.push({ kind: "token", text: jwt });
    found.push(
      { kind: "payload of a token", text: payload },
      { kind: "signature of a token", text: signature },
    );
  }
  return found;
}

function unquoted(text: string): string {
  try {
    return JSON.parse(`"${text}"`);
  } catch {
    return text;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

function append(name: string, content: string | Uint8Array): void {
  const directory = process.env[RECORD_DIR];
  if (directory !== undefined && content.length > 0) appendFileSync(join(directory, name), content);
}
