import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startServer, temporaryDirectory } from "../support/server-process.ts";

/** The packages of optional technologies that a service with these settings loads. */
async function loadedBy(env: Record<string, string>): Promise<string[]> {
  const { path, remove } = temporaryDirectory();
  const reports = join(path, "coverage");
  const server = await startServer({ DATA_DIR: join(path, "data"), NODE_V8_COVERAGE: reports, ...env });
  await server.end();
  const [report = ""] = readdirSync(reports);
  const { result }: { result: { url: string }[] } = JSON.parse(readFileSync(join(reports, report), "utf8"));
  remove();
  const scripts = result.map(({ url }) => url);
  expect(scripts.some((url) => url.includes("/node_modules/koa/"))).toBe(true);
  return ["lmdb", "mongodb", "nodemailer", "prom-client"].filter((name) =>
    scripts.some((url) => url.includes(`/node_modules/${name}/`)),
  );
}

const SMTP = { SMTP_URL: "smtp://127.0.0.1:1", MAIL_FROM: "hbtu@example.org" };

it.each([
  { env: {}, loaded: ["lmdb"] },
  { env: { STORAGE: "memory" }, loaded: [] },
  { env: SMTP, loaded: ["lmdb", "nodemailer"] },
  { env: { METRICS_PORT: "0" }, loaded: ["lmdb", "prom-client"] },
])(
  "a start loads the technologies that its settings name, and waits for no other: $env",
  async ({ env, loaded }) => {
    expect(await loadedBy(env)).toEqual(loaded);
  },
);
