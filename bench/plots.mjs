/** Plots as SVG, complete in themselves: nothing in them is fetched. */

const WIDTH = 760;
const LABELS = 330;
const ROW = 44;
const BAR = 14;

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

const svg = (height, title, parts) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="system-ui, sans-serif" font-size="12">
<title>${escaped(title)}</title>
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
${parts.join("\n")}
</svg>
`;

const label = (x, y, text, more = "") => `<text x="${x}" y="${y}" fill="#333"${more}>${escaped(text)}</text>`;

/** A figure as a number that people read. */
export const figure = (value) =>
  value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);

/** For each row a bar of its value, with the spread, and below it a bar of the value it is compared with. */
export function bars(title, unit, rows) {
  const most = Math.max(...rows.flatMap(({ value, ceiling }) => [value.high, ceiling?.high ?? 0]));
  const x = (value) => LABELS + (value / most) * (WIDTH - LABELS - 70);
  const bar = (y, { median, low, high }, colour) => [
    `<rect x="${LABELS}" y="${y}" width="${(x(median) - LABELS).toFixed(1)}" height="${BAR}" fill="${colour}"/>`,
    `<path d="M${x(low).toFixed(1)} ${y + BAR / 2}H${x(high).toFixed(1)}" stroke="#333"/>`,
    label(x(high) + 6, y + BAR - 3, figure(median)),
  ];
  const parts = rows.flatMap(({ name, value, against, ceiling }, index) => {
    const y = 34 + index * ROW;
    const right = ` text-anchor="end"`;
    return [
      label(LABELS - 8, y + BAR - 3, name, right),
      ...bar(y, value, "#2563eb"),
      ...(ceiling
        ? [
            label(LABELS - 8, y + 2 * BAR - 1, against, `${right} opacity="0.65"`),
            ...bar(y + BAR + 2, ceiling, "#94a3b8"),
          ]
        : []),
    ];
  });
  return svg(34 + rows.length * ROW, title, [
    label(8, 18, `${title}, ${unit}`, ' font-weight="bold"'),
    ...parts,
  ]);
}

/** One line through points that begin at nothing. */
export function line(title, unit, points) {
  const height = 240;
  const [left, bottom] = [60, height - 34];
  const [lastX, mostY] = [
    Math.max(...points.map(([at]) => at)),
    Math.max(...points.map(([, value]) => value)) * 1.2,
  ];
  const x = (value) => left + (value / lastX) * (WIDTH - left - 40);
  const y = (value) => bottom - (value / mostY) * (bottom - 34);
  const path = points.map(([at, value]) => `${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join("L");
  return svg(height, title, [
    label(8, 18, `${title}, ${unit}`, ' font-weight="bold"'),
    `<path d="M${left} 30V${bottom}H${WIDTH - 30}" stroke="#94a3b8" fill="none"/>`,
    `<path d="M${path}" stroke="#2563eb" stroke-width="2" fill="none"/>`,
    ...points.map(
      ([at, value]) => `<circle cx="${x(at).toFixed(1)}" cy="${y(value).toFixed(1)}" r="3" fill="#2563eb"/>`,
    ),
    label(8, y(points.at(-1)[1]) + 4, figure(points.at(-1)[1])),
    label(8, bottom, "0"),
    label(WIDTH - 40, height - 12, lastX.toLocaleString("en"), ' text-anchor="end"'),
  ]);
}
