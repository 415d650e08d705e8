import { expect, it, onTestFinished } from "vitest";
import { openLmdbStorage } from "../../../src/adapters/lmdb/storage.ts";
import { call } from "../../support/api.ts";
import { temporaryDirectory } from "../../support/server-process.ts";
import { startTestService } from "../../support/service.ts";
import { aUser } from "../../support/storage-samples.ts";

it("a start folds the names of an earlier version before it serves, and tells of look-alikes", async () => {
  const { path: DATA_DIR, remove } = temporaryDirectory();
  onTestFinished(remove);
  const storage = await openLmdbStorage(DATA_DIR);
  for (const name of ["علی", "ada  eva", "ada   eva"]) {
    await storage.users.add(aUser({ username: { shown: name, canonical: name } }));
  }
  await storage.close();
  const service = await startTestService({ STORAGE: "lmdb", DATA_DIR });
  const json = { username: "علي", email: "ada@example.com", password: "correct horse" };
  const { status, body } = await call(service.address, "POST /api/register", { json });
  await service.stop();
  expect([status, body.code]).toEqual([409, "username_taken"]);
  expect(service.warnings).toEqual([expect.stringContaining("looks like another account's: 1.")]);
  const again = await startTestService({ STORAGE: "lmdb", DATA_DIR });
  await again.stop();
  expect(again.warnings).toEqual([]);
});
