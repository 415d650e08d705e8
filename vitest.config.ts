import { defineConfig } from "vitest/config";

const report = process.env.TEST_REPORT;

export default defineConfig({
  test: {
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
    globalSetup: [
      "test/support/mongo-server.ts",
      "test/support/python-environments.ts",
      "test/support/log-check.ts",
    ],
    setupFiles: "test/support/log-setup.ts",
    include: ["test/**/*.test.ts"],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // two cores: the tests that start servers would starve each other
    maxWorkers: 2,
  },
});
