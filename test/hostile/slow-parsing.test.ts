import { expect, it } from "vitest";
import { growthOf, hostileTexts, isLinear, MOST_OF_REQUESTS } from "../support/growth.ts";
import { bodyCalls, FORM_TYPE, JSON_TYPE, send, serviceUnderFire } from "./support.ts";

/**
 * Requests with one text repeated and a fault at its end, of 15 kB and of a sixteenth of it, in every place that the
 * service or one of its libraries parses.
 */

const url = await serviceUnderFire();
const LARGE = 15_360;
const SMALL = LARGE / 16;

/** The texts whose time grows faster than linearly. Errors are ignored: a header cannot hold every text. */
async function slowOf(
  attempt: (text: string) => Promise<unknown>,
  beginnings: readonly string[] = [""],
): Promise<string[]> {
  const large = new Map(hostileTexts(LARGE, beginnings));
  const slow: string[] = [];
  for (const [what, small] of hostileTexts(SMALL, beginnings)) {
    const growth = await growthOf(
      (text) => attempt(text).catch(() => {}),
      small,
      large.get(what) ?? "",
      MOST_OF_REQUESTS,
    );
    if (!isLinear(growth, MOST_OF_REQUESTS)) slow.push(`${what}: ${Math.round(growth)}`);
  }
  return slow;
}

const HEADERS: [header: string, ...beginnings: string[]][] = [
  ["content-type", "a", "application/json;", 'application/json;a="'],
  ["content-encoding", ""],
  ["authorization", "Bearer ", "Basic "],
  ["cookie", ""],
  ["origin", "https://"],
  ["traceparent", "", `00-${"a".repeat(32)}-${"b".repeat(16)}-01-`],
  ["user-agent", ""],
  ["if-none-match", '"'],
  ["expect", ""],
];

it.each(HEADERS)(
  "the header %s",
  async (header, ...beginnings) => {
    const calls: [string, string][] = [
      ["POST /api/login", "{}"],
      ["GET /openapi.json", ""],
    ];
    for (const [line, body] of header === "if-none-match" ? calls.slice(1) : calls.slice(0, 1)) {
      const attempt = (text: string) => send(url, line, { headers: { ...JSON_TYPE, [header]: text }, body });
      expect(await slowOf(attempt, beginnings)).toEqual([]);
    }
  },
  60_000,
);

it.each(["/", "/api/sessions/", "/docs?", "http://", "http://x/api/"])(
  "the target %s…",
  async (start) => {
    const attempt = (text: string) => send(url, `GET ${text.replaceAll(/[^!-~]/g, "_")}`);
    expect(await slowOf(attempt, [start])).toEqual([]);
  },
  60_000,
);

it.each((await bodyCalls(url)).map((each) => [each.line, each] as const))(
  "each field of %s",
  async (line, { headers, fields }) => {
    for (const name of Object.keys(fields)) {
      const attempt = (text: string) =>
        send(url, line, { headers, body: JSON.stringify({ ...fields, [name]: text }) });
      expect([name, await slowOf(attempt)]).toEqual([name, []]);
    }
  },
  60_000,
);

it.each([
  ["JSON", JSON_TYPE, '{"'],
  ["JSON", JSON_TYPE, "["],
  ["a form", FORM_TYPE, "email="],
])(
  "a body of %s",
  async (_, headers, start) => {
    const attempt = (text: string) => send(url, "POST /api/login", { headers, body: text });
    expect(await slowOf(attempt, ["", start])).toEqual([]);
  },
  60_000,
);
