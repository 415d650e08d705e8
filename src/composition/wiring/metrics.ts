import { standardOutput } from "../../adapters/node/output.ts";
import type { Snapshot } from "../../adapters/prom-client/aggregate.ts";
import { countEvents } from "../../adapters/prom-client/event-metrics.ts";
import { type HashingMetrics, measureHashing } from "../../adapters/prom-client/hashing-metrics.ts";
import { countDroppedLines } from "../../adapters/prom-client/log-metrics.ts";
import { countMails } from "../../adapters/prom-client/mail-metrics.ts";
import { openRegistry } from "../../adapters/prom-client/registry.ts";
import { measureRequests } from "../../adapters/prom-client/request-metrics.ts";
import { type MeasureStorage, measureStorage } from "../../adapters/prom-client/storage-metrics.ts";
import type { AnsweredRequest } from "../../application/ports/answered-request.ts";
import type { Mailer } from "../../application/ports/mailer.ts";
import type { SecurityEvents } from "../../application/ports/security-events.ts";
import type { Storage } from "../../application/ports/storage/storage.ts";
import { AuthError } from "../../domain/errors.ts";
import { broadcast } from "./broadcast.ts";
import { wrapCalls, wrapPorts } from "./wrap-ports.ts";

/** Measures a process. Exists only if METRICS_PORT is set. */
export interface Metrics {
  readonly events: SecurityEvents;
  readonly hashing: HashingMetrics;
  measureRequest(request: AnsweredRequest): void;
  /** Wraps the storage so that its calls are measured. Call it once. */
  measured(storage: Storage): Storage;
  /** Wraps the mailer so that its mails are counted. */
  counted(mailer: Mailer): Mailer;
  /** The current values of all metrics, as text. */
  scrape(): Promise<string>;
  /** The current values as data, for adding up with those of other processes. */
  snapshot(): Promise<Snapshot>;
}

/** Starts measuring this process. */
export function openMetrics(): Metrics {
  const registry = openRegistry();
  const mails = countMails(registry);
  countDroppedLines(registry, standardOutput().dropped);
  const measure = measureStorage(registry);
  return {
    events: broadcast(countEvents(registry), mails.events),
    hashing: measureHashing(registry),
    measureRequest: measureRequests(registry),
    measured(storage) {
      mails.watch(storage.outbox);
      return wrapPorts(storage, (part, port) => timed(part, labelOf(port), measure));
    },
    counted: mails.counted,
    scrape: () => registry.metrics(),
    snapshot: () => registry.getMetricsAsJSON(),
  };
}

/** The label of a port: its name, but existing series keep the name that the port had when they began. */
function labelOf(port: string): string {
  return port === ("storedValues" satisfies keyof Storage) ? "settings" : port;
}

function timed<T extends object>(part: T, port: string, measure: MeasureStorage): T {
  return wrapCalls(part, async (make, call) => {
    const began = performance.now();
    let isFault = false;
    try {
      return await make();
    } catch (error) {
      isFault = !(error instanceof AuthError) || error.code === "storage_unavailable";
      throw error;
    } finally {
      measure({ port, call }, performance.now() - began, isFault);
    }
  });
}
