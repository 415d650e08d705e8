import { collectDefaultMetrics, Registry } from "prom-client";

/** A registry of its own, with what there is to tell of any Node.js process. */
export function openRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
