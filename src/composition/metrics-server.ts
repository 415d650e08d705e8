import type { MetricsServer } from "../adapters/prom-client/server.ts";
import type { Config } from "./config.ts";
import type { Log } from "./open.ts";
import { StartError } from "./start-error.ts";

/** Serves the metrics where the configuration says. @throws StartError */
export async function startMetricsServer(
  { HOST: host, METRICS_PORT: port = 0 }: Config,
  scrape: () => Promise<string>,
  { requests }: Pick<Log, "requests">,
): Promise<MetricsServer> {
  const { serveMetrics } = await import("../adapters/prom-client/server.ts");
  return serveMetrics({ host, port, scrape, failed: requests.failed }).catch((error) => {
    throw new StartError(
      `Cannot serve metrics on ${host}:${port}: ${error.message}`,
      "Choose another METRICS_PORT, or stop what listens there.",
      error,
    );
  });
}
