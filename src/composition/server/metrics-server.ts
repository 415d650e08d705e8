import { listen } from "../../adapters/node/http-server.ts";
import type { Config } from "../settings/config.ts";
import type { Log } from "../wiring/log.ts";
import { StartError } from "../wiring/start-error.ts";

export interface MetricsServer {
  /** The URL of the metrics. */
  readonly address: string;
  close(): Promise<void>;
}

const MAX_CONNECTIONS = 100;

/** Serves the metrics at the configured address. @throws StartError */
export async function startMetricsServer(
  { HOST: host, METRICS_PORT: port = 0 }: Pick<Config, "HOST" | "METRICS_PORT">,
  scrape: () => Promise<string>,
  { requests }: Pick<Log, "requests">,
): Promise<MetricsServer> {
  const { metricsHandler, refuseUnreadable } = await import("../../adapters/prom-client/metrics-handler.ts");
  const handle = metricsHandler({ scrape, failed: requests.failed });
  const limits = { connections: MAX_CONNECTIONS };
  const server = await listen({ host, port, handle, refusal: refuseUnreadable, limits }).catch((error) => {
    throw new StartError(
      `Cannot serve metrics on ${host}:${port}: ${error.message}`,
      "Choose another METRICS_PORT, or stop the program that listens there.",
      error,
    );
  });
  return { address: `${server.address}/metrics`, close: () => server.close(0) };
}
