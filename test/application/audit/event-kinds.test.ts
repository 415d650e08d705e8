import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { EVENT_KINDS } from "../../../src/application/audit/merge-events.ts";

it("docs/audit.md has a row for each kind of event, and for no other", () => {
  const docs = readFileSync(new URL("../../../docs/audit.md", import.meta.url), "utf8");
  const rows = [...docs.matchAll(/^\| `(\w+)` \|/gm)].map(([, kind]) => kind);
  expect(rows).toEqual(EVENT_KINDS);
});
