import { describe, expect, it } from "vitest";
import { clientAddress } from "../../../src/adapters/koa/client-address.ts";
import { call, registered } from "../../support/api.ts";
import { sendRaw } from "../../support/raw-http.ts";
import { startTestService } from "../../support/service.ts";

const PROXY = "192.0.2.99";

describe("what one trusted proxy says", () => {
  it.each([
    ["203.0.113.9", "203.0.113.9"],
    ["203.0.113.9:40001", "203.0.113.9"],
    ["::ffff:203.0.113.9", "203.0.113.9"],
    ["[::ffff:203.0.113.9]:1", "203.0.113.9"],
    ["2001:db8::1", "2001:db8::1"],
    ["2001:DB8:0::0:1", "2001:db8::1"],
    ["[2001:db8::1]", "2001:db8::1"],
    ["[2001:db8::1]:443", "2001:db8::1"],
    ["[2001:db8::1]:1", "2001:db8::1"],
    ["[2001:db8::1]:65535", "2001:db8::1"],
    ["203.0.113.9:1", "203.0.113.9"],
    ["203.0.113.9:65535", "203.0.113.9"],
    ["  203.0.113.9\t", "203.0.113.9"],
    ["198.51.100.1, 203.0.113.9", "203.0.113.9"],
    ["198.51.100.1,,unknown,203.0.113.9:5", "203.0.113.9"],
    [`${"198.51.100.1, ".repeat(99)}203.0.113.9`, "203.0.113.9"],
  ])("%j is %s", (header, address) => {
    expect(clientAddress(PROXY, header, 1)).toBe(address);
  });

  it.each([
    "",
    " ",
    ",",
    "203.0.113.9,",
    "203.0.113.9, ",
    "203.0.113.9, unknown",
    "_hidden",
    "_203.0.113.9",
    "203.0.113.9:",
    "203.0.113.9:x",
    "203.0.113.9:400010",
    "203.0.113.9:0",
    "203.0.113.9:080",
    "203.0.113.9:65536",
    "203.0.113.9:99999",
    "203.0.113.9:-1",
    "203.0.113.9:٣",
    "[203.0.113.9]:99999",
    "[2001:db8::1]:",
    "[2001:db8::1]:0",
    "[2001:db8::1]:00443",
    "[2001:db8::1]:65536",
    "[2001:db8::1]:99999",
    "2001:db8::1%eth0",
    "fe80::1%eth0",
    "[fe80::1%eth0]:443",
    "[fe80::1%25eth0]",
    "[fe80::1%25eth0]:443",
    "203.0.113.9%25eth0",
    "203.0.113",
    "203.0.113.9.1",
    "203.0.113.9 198.51.100.1",
    "[203.0.113.9",
    "2001:db8::1]:443",
    "[2001:db8::1]443",
    "[[2001:db8::1]]",
    '"203.0.113.9"',
    "for=203.0.113.9",
    "localhost",
    "203.0.113.9/32",
    "x".repeat(16_000),
    "[".repeat(16_000),
    "1:".repeat(8_000),
  ])("%j is none: the proxy's own", (header) => {
    expect(clientAddress(PROXY, header, 1)).toBe(PROXY);
  });
});

it("each trusted proxy stands for one entry from the end, and a client adds none of its own", () => {
  const header = "198.51.100.1, 198.51.100.2, 203.0.113.9, 203.0.113.10";
  const addresses = [0, 1, 2, 3, 4, 5].map((hops) => clientAddress(PROXY, header, hops));
  expect(addresses).toEqual([
    PROXY,
    "203.0.113.10",
    "203.0.113.9",
    "198.51.100.2",
    "198.51.100.1",
    "198.51.100.1",
  ]);
  expect(clientAddress(PROXY, "198.51.100.1, , 203.0.113.10", 2)).toBe(PROXY);
  expect(clientAddress("::ffff:192.0.2.99", undefined, 2)).toBe(PROXY);
  expect(clientAddress("", undefined, 0)).toBe("");
  // the zone is of this machine only
  expect(clientAddress("fe80::1%eth0", undefined, 0)).toBe("fe80::1");
  expect(clientAddress("fe80::1%eth0", "unknown", 1)).toBe("fe80::1");
});

it("several headers are one list, and a port that changes with each connection changes no network", async () => {
  const service = await startTestService({ TRUST_PROXY_HOPS: "1", LOGIN_THROTTLE: "on" });
  const { email } = await registered(service.address);
  const body = JSON.stringify({ email, password: "wrong horse" });
  const attempt = async (headers: string) => {
    const head = `POST /api/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json`;
    const request = `${head}\r\n${headers}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    return Number((await sendRaw(service.address, request)).slice(9, 12));
  };
  const ways = [
    "X-Forwarded-For: 2001:db8::1",
    "X-Forwarded-For: [2001:db8::2]:1024",
    "X-Forwarded-For: [2001:db8:0:0:ffff::3]:1025",
    "X-Forwarded-For: 203.0.113.1\r\nX-Forwarded-For: 2001:DB8::4",
    "X-Forwarded-For: 203.0.113.2, [2001:db8::5]",
  ];
  for (const way of ways) expect([way, await attempt(way)]).toEqual([way, 401]);
  expect(await attempt("X-Forwarded-For: [2001:db8::6]:1026")).toBe(429);
  expect(await attempt("X-Forwarded-For: [2001:db8:0:1::6]:1026")).toBe(401);
  // text that is no address is counted under the proxy
  const none = ["unknown", "_hidden", "", "203.0.113.3,", "x".repeat(1_000)];
  for (const text of none) expect([text, await attempt(`X-Forwarded-For: ${text}`)]).toEqual([text, 401]);
  expect(await attempt("X-Forwarded-For: unknown2")).toBe(429);
  expect(await attempt("X-Other: 1")).toBe(429);
  await service.stop();
});

it("a session is shown with the one spelling of its address", async () => {
  const service = await startTestService({ TRUST_PROXY_HOPS: "2" });
  const { email, password } = await registered(service.address);
  const headers = { "x-forwarded-for": "[2001:DB8:0:0::7]:1, 203.0.113.1:2" };
  const login = await call(service.address, "POST /api/login", { json: { email, password }, headers });
  const { body } = await call(service.address, "GET /api/sessions", { token: login.body.access_token });
  const ips = body.sessions.map(({ ip }: { ip: string }) => ip);
  expect(ips.sort()).toEqual(["127.0.0.1", "2001:db8::7"]);
  await service.stop();
});
