import { availableParallelism, cpus, totalmem } from "node:os";
import { targetOf } from "./page.mjs";
import { spread } from "./statistics.mjs";

/** Collects results as rows for the table, the page and the file. */
export function collect() {
  const rows = [];
  return {
    /**
     * Adds a figure with one value for each round. `against` was measured in the same rounds, by turns, so that
     * each round has a ratio. `atLeast` and `atMost` bound the ratio if there is one, and the figure otherwise.
     */
    add(part, { name, unit, values, against, atLeast, atMost, series }) {
      const ratios = against && values.map((value, round) => value / against.values[round]);
      const judged = spread(ratios ?? values);
      const target = atLeast !== undefined ? { atLeast } : atMost !== undefined ? { atMost } : undefined;
      rows.push({
        part,
        name,
        unit,
        value: spread(values),
        ...(series && { series }),
        ...(against && { against: against.name, ceiling: spread(against.values), ratio: judged }),
        ...(target && {
          ...target,
          isMet: judged.median >= (atLeast ?? -Infinity) && judged.median <= (atMost ?? Infinity),
        }),
      });
    },
    rows,
    print() {
      console.table(
        rows.map(({ name, unit, value, against, ceiling, ratio, isMet, ...target }) => ({
          name,
          value: `${text(value)} ${unit}`,
          against: against && `${against}: ${text(ceiling)}`,
          ratio: ratio && text(ratio, 2),
          target: targetOf(target),
          met: isMet === undefined ? "" : isMet ? "yes" : "no",
        })),
      );
    },
  };
}

export const machine = () => ({
  node: process.version,
  system: `${process.platform} ${process.arch}`,
  processor: cpus()[0]?.model.trim(),
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
});

function text({ median, low, high }, digits = median < 100 ? 1 : 0) {
  const [middle, least, most] = [median, low, high].map((value) => value.toFixed(digits));
  return `${middle} (${least} to ${most})`;
}
