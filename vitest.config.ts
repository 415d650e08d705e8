import { defineConfig } from "vitest/config";

/** A directory in which each run leaves its figures. */
const reports = process.env.TEST_REPORTS;

/** Tests that install things: `npm run check:full` runs them, `npm test` does not. */
const FULL = "test/full/**/*.test.ts";

/**
 * The same of tests that take over eight seconds, wait on purpose, compare times closely, or load both cores and would
 * prove something about their neighbours.
 */
const LONG = [
  "test/adding-a-call.test.ts",
  "test/adapters/lmdb/backup.test.ts",
  "test/adapters/mongodb/kept-client.test.ts",
  "test/adapters/mongodb/outages.test.ts",
  "test/application/factors/interleavings.test.ts",
  "test/application/factors/races.test.ts",
  "test/browser/*.test.ts",
  "test/composition/settings/dot-env.test.ts",
  "test/deploy/wrapper.test.ts",
  "test/examples/examples.test.ts",
  "test/system/argon2-costs.test.ts",
  "test/system/at-once.test.ts",
  "test/system/audit-trail.test.ts",
  "test/system/backup.test.ts",
  "test/system/command-line.test.ts",
  "test/system/doctor.test.ts",
  "test/system/documented-commands.test.ts",
  "test/system/durability.test.ts",
  "test/system/full-disk.test.ts",
  "test/system/gone-reader.test.ts",
  "test/system/hashing.test.ts",
  "test/system/health.test.ts",
  "test/system/hidden-registration.test.ts",
  "test/system/import-flask.test.ts",
  "test/system/import-json.test.ts",
  "test/system/keys.test.ts",
  "test/system/lost-secret.test.ts",
  "test/system/mails.test.ts",
  "test/system/metrics.test.ts",
  "test/system/mixed-load.test.ts",
  "test/system/moving-from-flask.test.ts",
  "test/system/moving-storage.test.ts",
  "test/system/no-enumeration.test.ts",
  "test/system/no-store.test.ts",
  "test/system/outages.test.ts",
  "test/system/private-files.test.ts",
  "test/system/python-verifiers.test.ts",
  "test/system/restore.test.ts",
  "test/system/service-settings.test.ts",
  "test/system/slow-clients.test.ts",
  "test/system/start-and-stop.test.ts",
  "test/system/stopped-starts.test.ts",
  "test/system/takeover.test.ts",
  "test/system/throttle.test.ts",
  "test/system/unread-answers.test.ts",
  "test/system/unwritable-log.test.ts",
  "test/system/worker-faults.test.ts",
  "test/system/workers.test.ts",
];

const EVERY_TEST = "test/**/*.test.ts";

const EACH = { setupFiles: "test/support/log-setup.ts", testTimeout: 20_000, hookTimeout: 30_000 };

export default defineConfig({
  test: {
    reporters: reports
      ? ["default", ["json", { outputFile: `${reports}/${process.pid}.json` }]]
      : ["default"],
    globalSetup: [
      "test/support/mongo-server.ts",
      "test/support/python-environments.ts",
      "test/support/log-check.ts",
    ],
    projects: [
      {
        test: {
          ...EACH,
          name: "quick",
          include: [EVERY_TEST],
          exclude: [FULL, ...LONG],
          // on two cores, since many of them wait for one thing or another
          maxWorkers: 3,
          // no test alters a module, and loading all of them anew for each file takes a third of the time
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...EACH,
          name: "long",
          include: LONG,
          testTimeout: 60_000,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...EACH,
          name: "full",
          include: [FULL],
          testTimeout: 300_000,
          // some remove what they installed
          hookTimeout: 120_000,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
