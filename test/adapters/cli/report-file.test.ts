import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openReportFile } from "../../../src/adapters/cli/report-file.ts";
import { temporaryDirectory } from "../../support/server-process.ts";

let directory: ReturnType<typeof temporaryDirectory>;
let path: string;
beforeEach(() => {
  directory = temporaryDirectory();
  path = join(directory.path, "report.json");
});
afterEach(() => directory.remove());

it("is there once it is finished, whole and for its owner alone", async () => {
  writeFileSync(path, "an older report", { mode: 0o644 });
  writeFileSync(`${path}.part`, "left behind", { mode: 0o666 });
  const report = await openReportFile(path);
  await report.row({ id: "1" });
  await report.row({ id: "2" });
  expect(readFileSync(path, "utf8")).toBe("an older report");
  await report.finish({ left_out: 2 });
  await report.discard();
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
    left_out: [{ id: "1" }, { id: "2" }],
    summary: { left_out: 2 },
  });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(directory.path)).toEqual(["report.json"]);
});

it("can have no rows", async () => {
  const report = await openReportFile(path);
  await report.finish({});
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ left_out: [], summary: {} });
});

it("leaves nothing behind where it is not finished", async () => {
  const report = await openReportFile(path);
  await report.row({ id: "1" });
  await report.discard();
  expect([existsSync(path), readdirSync(directory.path)]).toEqual([false, []]);
});
