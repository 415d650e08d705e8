import { setTimeout as sleep } from "node:timers/promises";
import { Gauge, type Registry } from "prom-client";
import type { Mailer } from "../../application/ports/mailer.ts";
import type { SecurityEvents } from "../../application/ports/security-events.ts";
import type { Outbox } from "../../application/ports/storage/outbox.ts";
import { countByKind } from "./counter.ts";

export interface MailMetrics {
  /** Wraps the mailer so that its mails are counted. */
  counted(mailer: Mailer): Mailer;
  /** Counts mails that were given up, which the mailer does not see. */
  readonly events: SecurityEvents;
  /** Queries this outbox for the number of waiting mails whenever metrics are read. */
  watch(outbox: Pick<Outbox, "waiting">): void;
}

/** How long reading the metrics waits for the storage. */
const PATIENCE_MS = 500;

/** Counts mails by outcome, and waiting mails. */
export function countMails(registry: Registry): MailMetrics {
  const count = countByKind(
    registry,
    "connect_auth_mails_total",
    "Attempts to send a mail, and mails given up after a day of them, by outcome",
    "outcome",
    ["sent", "failed", "given_up"],
  );
  return {
    counted: (mailer) => ({
      async send(mail) {
        await mailer.send(mail).catch((error) => {
          count("failed");
          throw error;
        });
        count("sent");
      },
    }),
    events: { report: ({ type }) => type === "mail_given_up" && count("given_up") },
    watch: (outbox) => gaugeWaiting(registry, outbox),
  };
}

function gaugeWaiting(registry: Registry, outbox: Pick<Outbox, "waiting">): void {
  new Gauge({
    name: "connect_auth_outbox_waiting",
    help: "Mails that wait to be sent, in the storage that all processes share",
    registers: [registry],
    aggregator: "max",
    async collect() {
      // if the storage does not answer, the last known number stays
      const asked = outbox.waiting().then(
        ({ count }) => this.set(count),
        () => {},
      );
      await Promise.race([asked, sleep(PATIENCE_MS, undefined, { ref: false })]);
    },
  });
}
