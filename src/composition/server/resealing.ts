import type { ResealFactors } from "../../application/factors/reseal-factors.ts";
import type { Log } from "../wiring/log.ts";

/** Seals secrets of factors under the new SECRET_KEY, once. Returns how to stop it. */
export function resealing(resealFactors: ResealFactors, { notices, requests }: Log): () => Promise<void> {
  const stop = new AbortController();
  const done = resealFactors(stop.signal).then(({ changed, unreadable }) => {
    if (changed > 0) notices.info(`Second factors sealed under the new SECRET_KEY: ${changed} accounts`);
    if (unreadable > 0) notices.warn(`Second factors that neither SECRET_KEY opens: ${unreadable} accounts`);
  }, requests.failed);
  return () => {
    stop.abort();
    return done;
  };
}
