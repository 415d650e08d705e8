import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { expect } from "vitest";
import { read } from "../support/project.ts";

/** The proxies with example configurations, how to run them here, and how to send requests through them. */

export const HOST = "auth.example.org";

interface Place {
  readonly directory: string;
  readonly port: number;
  readonly service: string;
}

export const PROXIES = [
  {
    name: "nginx",
    write: writeNginx,
    args: nginxArgs,
  },
  {
    name: "caddy",
    write: writeCaddy,
    args: (place: string) => ["run", "--adapter", "caddyfile", "--config", join(place, "Caddyfile")],
  },
];

export function nginxArgs(place: string): string[] {
  return ["-e", "stderr", "-p", place, "-c", "main.conf"];
}

/** The text with all replacements made. @throws Error if one is not found */
export function adapted(text: string, changes: ReadonlyArray<readonly [from: string, to: string]>): string {
  return changes.reduce((changed, [from, to]) => {
    expect(changed).toContain(from);
    return changed.replaceAll(from, to);
  }, text);
}

function writeNginx({ directory, port, service }: Place): void {
  const site = adapted(read("deploy/nginx.conf"), [
    ["listen 443 ssl", `listen 127.0.0.1:${port} ssl`],
    ["listen [::]:443 ssl http2;", ""],
    ["/etc/ssl/auth.example.org", directory],
    ["127.0.0.1:5000", service],
  ]);
  writeNginxSite(directory, site);
}

/** The main configuration, with everything in this directory, and the site that it includes. */
export function writeNginxSite(directory: string, site: string): void {
  writeFileSync(join(directory, "site.conf"), site);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path tmp_${kind};`,
  );
  writeFileSync(
    join(directory, "main.conf"),
    `daemon off; pid nginx.pid; worker_processes 1; events {}
     http { access_log off; ${temporary.join(" ")} include ${directory}/site.conf; }`,
  );
}

function writeCaddy({ directory, port, service }: Place): void {
  const site = adapted(read("deploy/Caddyfile"), [
    [
      `${HOST} {`,
      `${HOST}:${port} {\n\tbind 127.0.0.1\n\ttls ${directory}/fullchain.pem ${directory}/privkey.pem`,
    ],
    ["127.0.0.1:5000", service],
  ]);
  writeFileSync(join(directory, "Caddyfile"), `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${site}`);
}

export function makeCertificate(directory: string): void {
  const how = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -keyout privkey.pem";
  const what = `-out fullchain.pem -subj /CN=${HOST} -addext subjectAltName=DNS:${HOST}`;
  execFileSync("openssl", `${how} ${what}`.split(" "), { cwd: directory, stdio: "ignore" });
}

export type Headers = Record<string, string>;

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: a body is whatever was sent; tests say what it must be
  readonly body: any;
}

interface Question {
  readonly ca: Buffer;
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: unknown;
}

/** Sends a request by TLS and verifies the certificate of the host. */
export function ask({ body, headers, ...how }: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const target = { host: "127.0.0.1", servername: HOST, agent: false as const };
    const type = body === undefined ? {} : { "content-type": "application/json" };
    const call = request({ ...how, ...target, headers: { host: HOST, ...type, ...headers } }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => {
        const isJson = /json/.test(response.headers["content-type"] ?? "");
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, body: isJson ? JSON.parse(text) : text });
      });
    });
    call.on("error", reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

export async function untilAnswered(attempt: () => Promise<Answer>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (tries === 100) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
