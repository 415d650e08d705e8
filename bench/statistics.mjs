export function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}

/** The quantiles that the results show; `times` in milliseconds. */
export const quantiles = (times) => ({
  p50: quantile(times, 0.5),
  p90: quantile(times, 0.9),
  p99: quantile(times, 0.99),
});

/** Median and spread of several rounds. */
export const spread = (values) => ({
  median: quantile(values, 0.5),
  low: Math.min(...values),
  high: Math.max(...values),
});
