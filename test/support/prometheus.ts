/** The metrics of a text for Prometheus. */
export interface Scraped {
  /** The type and the label names of each metric, by its name. */
  readonly metrics: ReadonlyMap<string, { readonly type: string; readonly labels: ReadonlySet<string> }>;
  /** Each series as it is written, `name{label="value"}`, with its value. */
  readonly series: ReadonlyMap<string, number>;
  /** The sum of the series of this name that have these labels. */
  sum(name: string, labels?: Readonly<Record<string, string | number>>): number;
}

const HEAD = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)$/;
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\]|\\["\\n])*",?)+)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\["\\n])*)"/g;
/** In any case, as Prometheus reads it. */
const VALUE = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|[+-]?inf|nan)$/i;
const TYPES = ["counter", "gauge", "histogram"];

interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

/**
 * Parses the text format (0.0.4) of Prometheus. Stricter than Prometheus: also rejects metrics without help or type,
 * duplicate series and histograms that do not add up.
 */
export function parseMetrics(text: string): Scraped {
  if (!text.endsWith("\n")) throw new Error("The last line does not end");
  const metrics = new Map<string, { type: string; labels: Set<string> }>();
  const series = new Map<string, number>();
  const samples: Sample[] = [];
  let helped = "";
  let current = "";
  for (const line of text.split("\n").filter((line) => line !== "")) {
    const head = HEAD.exec(line);
    if (head) {
      const [, kind, name = "", rest = ""] = head;
      if (kind === "HELP") helped = name;
      else {
        if (helped !== name || metrics.has(name) || !TYPES.includes(rest)) throw new Error(`Wrong: ${line}`);
        metrics.set(name, { type: rest, labels: new Set() });
        current = name;
      }
      continue;
    }
    const [, name = "", labelText = "", value = ""] = SAMPLE.exec(line) ?? [];
    const metric = metrics.get(current);
    const endings = metric?.type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
    if (!metric || !VALUE.test(value) || !endings.some((ending) => name === current + ending)) {
      throw new Error(`No sample of ${current}: ${line}`);
    }
    const labels = new Map(
      [...labelText.matchAll(LABEL)].map(([, label = "", of = ""]) => [label, of] as const),
    );
    for (const label of labels.keys()) metric.labels.add(label);
    const key = `${name}{${[...labels]
      .sort()
      .map(([label, of]) => `${label}="${of}"`)
      .join(",")}}`;
    if (series.has(key)) throw new Error(`Twice: ${line}`);
    series.set(key, numberOf(value));
    samples.push({ name, labels, value: numberOf(value) });
  }
  const sum: Scraped["sum"] = (name, labels = {}) =>
    samples
      .filter((sample) => sample.name === name && hasLabels(sample, labels))
      .reduce((total, { value }) => total + value, 0);
  checkNumbers(metrics, samples);
  return { metrics, series, sum };
}

function hasLabels({ labels }: Sample, wanted: Readonly<Record<string, string | number>>): boolean {
  return Object.entries(wanted).every(([label, value]) => labels.get(label) === String(value));
}

function numberOf(text: string): number {
  const infinite = /^([+-]?)inf$/i.exec(text);
  return infinite ? Number(`${infinite[1]}Infinity`) : Number(text.replace(/^nan$/i, "NaN"));
}

function checkNumbers(metrics: Scraped["metrics"], samples: readonly Sample[]): void {
  for (const { name, value } of samples) {
    if (metrics.get(name)?.type === "counter" && !(value >= 0)) throw new Error(`${name} counts ${value}`);
  }
  const histograms = [...metrics].filter(([, { type }]) => type === "histogram").map(([name]) => name);
  for (const { name, labels, value } of samples) {
    const histogram = histograms.find((one) => name === `${one}_count`);
    if (histogram === undefined) continue;
    const buckets = samples.filter(
      (sample) =>
        sample.name === `${histogram}_bucket` &&
        sample.labels.size === labels.size + 1 &&
        hasLabels(sample, Object.fromEntries(labels)),
    );
    const bounds = buckets.map((bucket) => numberOf(bucket.labels.get("le") ?? "nan"));
    const counts = [...buckets.map((bucket) => bucket.value), value];
    const ascends = (numbers: number[]) =>
      numbers.every((n, at) => at === 0 || n >= (numbers[at - 1] as number));
    if (!ascends(bounds) || !ascends(counts) || bounds.at(-1) !== Infinity || counts.at(-2) !== value) {
      throw new Error(`${histogram} does not add up: ${bounds} ${counts}`);
    }
  }
}
