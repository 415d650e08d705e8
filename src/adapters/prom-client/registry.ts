import { collectDefaultMetrics, Registry } from "prom-client";

/** Opens a new registry with the default metrics of a Node.js process. */
export function openRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
