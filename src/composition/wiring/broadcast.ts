import type { SecurityEvents } from "../../application/ports/security-events.ts";

/** One that tells each of these of every event. */
export function broadcast(...listeners: readonly SecurityEvents[]): SecurityEvents {
  return {
    report: (event) => {
      for (const listener of listeners) listener.report(event);
    },
  };
}
