import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bars, figure, line } from "./plots.mjs";

/** The results as a file and as a page with plots. */

const PARTS = {
  start: "Start and rest",
  calls: "Calls beside the same HTTP stack with a fixed answer",
  workers: "Two workers beside one process",
  logins: "Logins beside the bare argon2 loop",
  storm: "Token checks in a login storm",
  scale: "A million users, sessions and revocations",
  endurance: "A million requests",
};

/** Writes both, the plots beside the page. */
export function write(results, { file, directory }) {
  mkdirSync(directory, { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  const { machine, rows } = results;
  const text = [
    "# Results",
    "<!-- written by `npm run bench` -->",
    `Measured on ${results.date} with version ${results.version}, Node.js ${machine.node}, ${machine.system}, ${machine.cores} cores` +
      ` of ${machine.processor}, ${machine.memoryGiB} GiB; ${results.rounds} rounds of ${results.seconds} s by turns. A figure is the median of` +
      " the rounds, with the lowest and the highest; a ratio is made in each round, to what was measured beside it. How: [README.md](README.md).",
    ...Object.entries(PARTS).flatMap(([part, title]) => {
      const of = rows.filter((row) => row.part === part);
      return of.length === 0 ? [] : [`## ${title}`, tableOf(of), ...plotsOf(part, of, directory)];
    }),
  ];
  writeFileSync(join(directory, "results.md"), `${text.join("\n\n")}\n`);
}

function tableOf(rows) {
  return [
    "| | measured | beside it | ratio | target | |",
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
function plotsOf(part, rows, directory) {
  const [first] = rows;
  const units = [...new Set(rows.map(({ unit }) => unit))];
  return units.map((unit, index) => {
    const name = units.length === 1 ? `${part}.svg` : `${part}-${index + 1}.svg`;
    const of = rows.filter((row) => row.unit === unit);
    const plot = first.series ? line(PARTS[part], unit, first.series) : bars(PARTS[part], unit, of);
    writeFileSync(join(directory, name), plot);
    return `![${PARTS[part]}, ${unit}](${name})`;
  });
}
