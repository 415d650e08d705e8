import { Counter, type Registry } from "prom-client";

/** Adds one to the counter of a kind. */
export type Count<Kind extends string> = (kind: Kind) => void;

/**
 * Makes a counter with a series for each kind. All start at 0, so that the first of a kind shows as an
 * increase.
 */
export function countByKind<Kind extends string>(
  registry: Registry,
  name: string,
  help: string,
  label: string,
  kinds: readonly Kind[],
): Count<Kind> {
  const counter = new Counter({ name, help, labelNames: [label], registers: [registry] });
  for (const kind of kinds) counter.inc({ [label]: kind }, 0);
  return (kind) => counter.inc({ [label]: kind });
}
