import type { ResealFactors } from "../../application/factors/reseal-factors.ts";
import { repeatedly } from "../wiring/background.ts";
import type { Log } from "../wiring/log.ts";

/** How often a process looks for secrets that a process with the former SECRET_KEY has sealed since. */
const EVERY_MS = 600_000;

/** Seals secrets of factors under the new SECRET_KEY, now and periodically. Returns how to stop it. */
export function resealing(resealFactors: ResealFactors, { notices, requests }: Log): () => Promise<void> {
  const stop = new AbortController();
  const reseal = async () => {
    const { changed, unreadable } = await resealFactors(stop.signal);
    if (changed > 0) notices.info(`Second factors sealed under the new SECRET_KEY: ${changed} accounts`);
    if (unreadable > 0) notices.warn(`Second factors that neither SECRET_KEY opens: ${unreadable} accounts`);
  };
  const first = reseal().catch(requests.failed);
  const stopRepeating = repeatedly(EVERY_MS, reseal, requests.failed);
  return async () => {
    stop.abort();
    await Promise.all([first, stopRepeating()]);
  };
}
