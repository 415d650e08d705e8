import { afterAll, beforeAll, expect, it } from "vitest";
import type { RunningService } from "../../../src/composition/server/service.ts";
import { sendRaw } from "../../support/raw-http.ts";
import { startTestService } from "../../support/service.ts";

let service: RunningService;
beforeAll(async () => {
  service = await startTestService({ METRICS_PORT: "0" });
});
afterAll(() => service.stop());

async function answerTo(url: string, method: string, target: string) {
  const request = `${method} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
  const [head = "", body = ""] = (await sendRaw(url, request)).split("\r\n\r\n");
  const type = /^content-type: ([^;\r]*)/im.exec(head)?.[1];
  return { status: Number(head.slice(9, 12)), type, body };
}

it.each([
  ["POST", "/oauth/introspect", 401],
  ["POST", "/oauth/revoke?x=1", 415],
  ["GET", "/oauth/revoke", 405],
  ["GET", "/api/me", 401],
  ["GET", "/oauthx", 404],
])("%s %s is answered alike in origin form and in absolute form", async (method, path, status) => {
  const plain = await answerTo(service.address, method, path);
  expect(plain.status).toBe(status);
  const isOAuth = path.startsWith("/oauth/");
  expect("error" in JSON.parse(plain.body)).toBe(isOAuth);
  for (const origin of [service.address, "http://other.example", "HTTP://x:1"]) {
    const absolute = await answerTo(service.address, method, origin + path);
    expect([absolute.status, absolute.type, Object.keys(JSON.parse(absolute.body))]).toEqual([
      status,
      plain.type,
      Object.keys(JSON.parse(plain.body)),
    ]);
  }
});

it("the metrics as well", async () => {
  const metrics = service.metricsUrl ?? "";
  expect((await answerTo(metrics, "GET", metrics)).status).toBe(200);
  expect((await answerTo(metrics, "GET", "/metrics?x=1")).status).toBe(200);
  for (const target of ["http://x/other", "http://x/metrics/", "//metrics", "http://["]) {
    expect((await answerTo(metrics, "GET", target)).status, target).toBe(404);
  }
});
