import { expect, it } from "vitest";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import { failClosed } from "../../../src/composition/wiring/fail-closed.ts";
import { AuthError } from "../../../src/domain/errors.ts";

const now = new Date();

it("a storage that answers is not changed by it", async () => {
  const storage = failClosed(openMemoryStorage());
  await storage.revocations.add("jti:x", new Date(now.getTime() + 1_000));
  await expect(storage.revocations.find(["jti:x"], now)).resolves.toEqual(new Set(["jti:x"]));
  await expect(storage.users.findById("nobody")).resolves.toBeUndefined();
});

it("everything that a storage throws, at once or later, becomes storage_unavailable with its cause", async () => {
  const storage = openMemoryStorage();
  const guarded = failClosed({
    ...storage,
    users: {
      ...storage.users,
      findById() {
        throw new TypeError("at once");
      },
    },
  });
  await storage.close();
  const refusals = await Promise.all([
    guarded.users.findById("x").catch((error) => error),
    guarded.users.findByEmail("x").catch((error) => error),
    guarded.sessions.find("x").catch((error) => error),
    guarded.revocations.find(["jti:x"], now).catch((error) => error),
    guarded.signingKeys.list().catch((error) => error),
    guarded.storedValues.claim("x", "y").catch((error) => error),
  ]);
  for (const error of refusals) {
    expect(error).toBeInstanceOf(AuthError);
    expect(error).toMatchObject({ code: "storage_unavailable", retryAfter: 1, cause: expect.any(Error) });
  }
});

it("an intended refusal of the storage stays unchanged", async () => {
  const storage = openMemoryStorage();
  const add = async () => {
    throw new AuthError("email_taken");
  };
  const guarded = failClosed({ ...storage, users: { ...storage.users, add } });
  await expect(guarded.users.add({} as never)).rejects.toMatchObject({ code: "email_taken" });
});
