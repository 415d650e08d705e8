import type { SecurityEvents } from "../../application/ports/security-events.ts";

/** Forwards every event to each listener. */
export function broadcast(...listeners: readonly SecurityEvents[]): SecurityEvents {
  return {
    report: (event) => {
      for (const listener of listeners) listener.report(event);
    },
  };
}
