import { expect, it } from "vitest";
import { ada, client, makeCore, refusal } from "../../support/core.ts";

const WRITERS = 100;

async function withAda(replaced?: Parameters<typeof makeCore>[0]) {
  const core = await makeCore(replaced);
  await core.register(ada);
  const [user] = await core.storage.users.list(undefined, 1);
  return { ...core, id: user?.id ?? "" };
}

it(`of ${WRITERS} changes of one account at once, each is made`, async () => {
  const { setPassword, storage, id } = await withAda();
  const passwords = Array.from({ length: WRITERS }, (_, nth) => `horse number ${nth}`);
  await Promise.all(passwords.map((password) => setPassword("ada", password)));
  expect((await storage.users.findById(id))?.epoch).toBe(WRITERS);
});

it(`of ${WRITERS} deletions of one account at once, one is made and the others find none`, async () => {
  const { deleteUser } = await withAda();
  const ends = await Promise.all(Array.from({ length: WRITERS }, () => refusal(deleteUser("ada"))));
  expect(ends.filter((end) => end === "none")).toHaveLength(1);
  expect(ends.filter((end) => end === "not_found")).toHaveLength(WRITERS - 1);
});

it("a change that always loses its race is refused in the end, and ends no session", async () => {
  const { setPassword, login, storage, id } = await withAda(({ users }) => ({
    users: { ...users, advanceEpoch: async () => false },
  }));
  expect(await refusal(setPassword("ada", "another horse"))).toBe("storage_unavailable");
  expect((await storage.users.findById(id))?.epoch).toBe(0);
  expect(await login({ email: ada.email, password: ada.password, client })).toMatchObject({
    username: "Ada",
  });
});
