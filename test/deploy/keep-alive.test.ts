import { expect, it } from "vitest";
import { read } from "../support/project.ts";
import { sendRaw } from "../support/raw-http.ts";
import { startTestService } from "../support/service.ts";

/** Seconds after which the example closes an idle connection to the service. */
const idleIn = (file: string, directive: string) =>
  Number(new RegExp(`^\\s*${directive} (\\d+)s;?$`, "m").exec(read(file))?.[1]);

it("the proxies of the examples end idle connections before the service does", async () => {
  const service = await startTestService();
  const two = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.0\r\n\r\n";
  const [, seconds] = /^keep-alive: timeout=(\d+)\r$/im.exec(await sendRaw(service.address, two)) ?? [];
  await service.stop();
  expect(idleIn("deploy/nginx.conf", "keepalive_timeout")).toBeLessThan(Number(seconds));
  expect(idleIn("deploy/Caddyfile", "keepalive")).toBeLessThan(Number(seconds));
  expect(read("docs/guides/reverse-proxy.md")).toContain(`stay open for ${seconds} seconds`);
});
