import { spawnSync } from "node:child_process";
import { type Browser, chromium } from "playwright-core";

const PROGRAM = process.env.CHROMIUM ?? "chromium";
const PATH = spawnSync("which", [PROGRAM], { encoding: "utf8" }).stdout?.trim();

/** Whether tests can have a real browser; says so where they cannot. */
export function hasBrowser(what: string): boolean {
  if (PATH) return true;
  console.log(
    `Skipped: ${what}, for want of ${PROGRAM}. To run it, put chromium on the PATH, or name it in CHROMIUM.`,
  );
  return false;
}

/** A real browser without a window. */
export function startBrowser(): Promise<Browser> {
  if (!PATH) throw new Error(`There is no ${PROGRAM}`);
  // its sandbox does not work for root, which is who runs tests in containers
  return chromium.launch({ executablePath: PATH, args: ["--no-sandbox"] });
}
