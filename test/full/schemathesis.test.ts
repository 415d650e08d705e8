import { join } from "node:path";
import { expect, it } from "vitest";
import { prepareEnvironment } from "../support/python-environments.ts";
import { run } from "../support/run.ts";
import { FREE_AND_CHEAP, startServer, temporaryDirectory } from "../support/server-process.ts";

const HERE = new URL("./schemathesis/", import.meta.url).pathname;
const CLIENT = "api:a-secret-that-only-this-test-has-nobody-else";

it("behaves as described, for all cases of schemathesis", async () => {
  const python = await prepareEnvironment("schemathesis", join(HERE, "requirements.txt"));
  const directory = temporaryDirectory();
  const server = await startServer({
    STORAGE: "memory",
    INTROSPECTION_CLIENTS: CLIENT,
    ...FREE_AND_CHEAP,
  });
  const { status, output } = await run(
    [
      python,
      ...[
        "-m",
        "schemathesis.cli",
        "--config-file",
        join(HERE, "schemathesis.toml"),
        "run",
        `${server.url}/openapi.json`,
        "--url",
        server.url,
      ],
      // all findings, all kinds of cases, and the same cases each time
      ...["--seed", "20260203", "--max-examples", "40", "--continue-on-failure", "--no-shrink"],
    ],
    {
      cwd: directory.path,
      env: {
        PATH: process.env.PATH ?? "",
        PYTHONDONTWRITEBYTECODE: "1",
        PYTHONPATH: HERE,
        SCHEMATHESIS_HOOKS: "hooks",
        SERVICE_URL: server.url,
        SERVICE_CLIENT: CLIENT,
        NO_COLOR: "1",
      },
    },
  );
  directory.remove();
  expect(await server.end()).toBe(0);
  expect([status, output]).toEqual([0, expect.stringMatching(/Tested: (?:2[5-9]|[3-9]\d)\n/)]);
  expect(Number(/(\d+) generated/.exec(output)?.[1])).toBeGreaterThan(1_000);
  console.log(output.slice(output.indexOf("= SUMMARY")));
});
