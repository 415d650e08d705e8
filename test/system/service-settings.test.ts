import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { FREE_AND_CHEAP, startServer, temporaryDirectory } from "../support/server-process.ts";
import { sharedStorages } from "../support/storage-choices.ts";

/** A command whose settings differ from those of the service is refused before it does anything. */
describe.each(sharedStorages)("other settings than the service's on $name", ({ open }) => {
  const { env: storage, remove } = open();
  const place = temporaryDirectory();
  afterAll(async () => {
    await remove();
    place.remove();
  });
  const own = { ...storage, ...FREE_AND_CHEAP };
  const ISSUER = "https://auth.example.org";
  const create = ["user", "create", "--username", "Ada", "--email", "ada@example.com", "--password-stdin"];

  it("are named with status 78, and taken once the service has them", async () => {
    const server = await startServer({ ...own, ISSUER, PASSWORD_MIN_LENGTH: "20" });
    await server.end();
    const refused = await Promise.all(
      [create, ["user", "list"], ["keys", "list"], ["events"]].map((args) =>
        runCli(own, args, "correct horse"),
      ),
    );
    for (const { status, stdout, stderr } of refused) {
      expect([status, stdout]).toEqual([78, ""]);
      expect(stderr).toContain(`ISSUER is http://localhost:5000 here and ${ISSUER} in the service`);
      expect(stderr).toContain("PASSWORD_MIN_LENGTH is 8 here and 20 in the service");
      expect(stderr).not.toMatch(/SECRET|correct horse/);
    }
    const doctor = await runCli(own, ["doctor", "--json"]);
    const checks: { name: string; status: string }[] = JSON.parse(doctor.stdout).checks;
    expect([doctor.status, checks.find(({ name }) => name === "settings")?.status]).toEqual([1, "failed"]);

    const file = join(place.path, "service.env");
    writeFileSync(file, `ISSUER=${ISSUER}\nPASSWORD_MIN_LENGTH=20\n`);
    const short = await runCli(own, ["--env-file", file, ...create], "correct horse");
    expect(short).toMatchObject({ status: 1, stderr: expect.stringContaining("at least 20 characters") });

    const exported = join(place.path, "export.jsonl");
    expect((await runCli(own, ["export", "json", exported, "--without-keys"])).status).toBe(0);
    const imported = await runCli(own, ["import", "json", exported, "--without-keys"]);
    expect(imported).toMatchObject({ status: 78, stderr: expect.stringContaining("ISSUER is") });

    await (await startServer(own)).end();
    expect((await runCli(own, create, "correct horse")).status).toBe(0);
  }, 60_000);
});
