import { Counter, type Registry } from "prom-client";

/** Counts one more of the kind. */
export type Count<Kind extends string> = (kind: Kind) => void;

/** A counter for each of these kinds. All begin at 0: the first of a kind is then seen as an increase. */
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
