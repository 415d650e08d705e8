import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { bars, figure, line } from "./plots.mjs";

/** The results as a file and as a page with plots. */

const METHOD = new URL("../docs/performance.md", import.meta.url).pathname;

/** Writes both, the plots beside the page; `titles` are of the parts, in their order. */
export function write(results, titles, { file, directory }) {
  mkdirSync(directory, { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  const { machine, rows } = results;
  const text = [
    "# Results",
    "<!-- written by `npm run bench` -->",
    `Measured on ${results.date} with version ${results.version}, Node.js ${machine.node}, ${machine.system}, ${machine.cores} cores` +
      ` of ${machine.processor}, ${machine.memoryGiB} GiB; ${results.rounds} alternating rounds of ${results.seconds} s. A figure is the median of` +
      " the rounds, with the lowest and the highest; a ratio is computed in each round, to the value compared with. Method: " +
      `[performance.md](${relative(directory, METHOD)}).`,
    ...Object.entries(titles).flatMap(([part, title]) => {
      const of = rows.filter((row) => row.part === part);
      return of.length === 0 ? [] : [`## ${title}`, tableOf(of), ...plotsOf(part, title, of, directory)];
    }),
  ];
  writeFileSync(join(directory, "results.md"), `${text.join("\n\n")}\n`);
}

function tableOf(rows) {
  return [
    "| | measured | compared with | ratio | target | |",
    "|---|---|---|---|---|---|",
    ...rows.map(
      (row) =>
        `| ${row.name} | ${spreadOf(row.value)} ${row.unit} | ${row.ceiling ? `${row.against}: ${spreadOf(row.ceiling)}` : ""} | ` +
        `${row.ratio ? `**${row.ratio.median.toFixed(2)}** (${row.ratio.low.toFixed(2)} to ${row.ratio.high.toFixed(2)})` : ""} | ` +
        `${targetOf(row)} | ${row.isMet === undefined ? "" : row.isMet ? "met" : "**missed**"} |`,
    ),
  ].join("\n");
}

const spreadOf = ({ median, low, high }) => `${figure(median)} (${figure(low)} to ${figure(high)})`;

export const targetOf = ({ atLeast, atMost }) =>
  atLeast !== undefined ? `≥ ${atLeast}` : atMost !== undefined ? `≤ ${atMost}` : "";

/** One plot for each unit, as their figures are not of one size. */
function plotsOf(part, title, rows, directory) {
  const [first] = rows;
  const units = [...new Set(rows.map(({ unit }) => unit))];
  return units.map((unit, index) => {
    const name = units.length === 1 ? `${part}.svg` : `${part}-${index + 1}.svg`;
    const of = rows.filter((row) => row.unit === unit);
    const plot = first.series ? line(title, unit, first.series) : bars(title, unit, of);
    writeFileSync(join(directory, name), plot);
    return `![${title}, ${unit}](${name})`;
  });
}
