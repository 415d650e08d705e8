import type { Finding, Found } from "../../application/maintenance/finding.ts";
import { ConfigError } from "../settings/config.ts";
import { reasonsOf, StartError } from "../wiring/start-error.ts";

/** Runs one examination and returns its finding. An error becomes a failed finding. */
export async function examined(name: string, look: () => Promise<Found> | Found): Promise<Finding> {
  try {
    return { name, ...(await look()) };
  } catch (error) {
    return { name, status: "failed", ...told(error) };
  }
}

function told(error: unknown): Pick<Finding, "found" | "advice"> {
  if (error instanceof StartError) {
    const [found = "", ...advice] = error.message.split("\n");
    return { found, advice: advice.join(" ") };
  }
  if (error instanceof ConfigError) return { found: error.faults.join("; ") };
  const lines = reasonsOf(error as Error)
    .split("\n")
    .map((line) => line.trim());
  return { found: lines.filter((line) => line !== "").join(" ") };
}

/** The longest that a measurement takes, unless a single run takes longer. */
const PATIENCE_MS = 1_500;

/** Runs `run` at most `runs` times, one after the other, and returns how long each took, in milliseconds. */
export async function timesOf(runs: number, run: () => Promise<unknown>): Promise<number[]> {
  const start = performance.now();
  const times: number[] = [];
  while (times.length < runs && (times.length === 0 || performance.now() - start < PATIENCE_MS)) {
    const began = performance.now();
    await run();
    times.push(performance.now() - began);
  }
  return times;
}

export async function medianMs(runs: number, run: () => Promise<unknown>): Promise<number> {
  const times = (await timesOf(runs, run)).sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)] ?? 0;
}

/** A duration in milliseconds as text for people. */
export function msText(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
