import { expect, it } from "vitest";
import { ada, client, makeCore, refusal } from "../../support/core.ts";

const password = "correct horse";
const curly = "Conor O\u2019Brien";
const straight = "Conor O'Brien";

it("a name is one account however its signs are spelt", async () => {
  const core = await makeCore();
  await core.register({ ...ada, username: curly });
  for (const username of [curly, straight, "CONOR O\u02bcBRIEN"]) {
    expect(await core.login({ username, password, client })).toMatchObject({ username: curly });
    const another = core.register({ ...ada, username, email: "another@example.com" });
    expect(await refusal(another)).toBe("username_taken");
    expect((await core.showUser(username)).user.username.shown).toBe(curly);
  }
});

/** A user imported by an earlier version, which did not fold names. */
async function withFormerName(canonical: string) {
  const core = await makeCore();
  await core.register({ ...ada, username: "Former" });
  const user = await core.showUser("former").then(({ user: { id } }) => core.storage.users.findById(id));
  if (!user) throw new Error("There is no such user");
  await core.storage.users.rename(user, { username: { shown: canonical, canonical } });
  return core;
}

it.each(["conor o\u2019brien", "r\u200daj", "y\u0131ld\u0131z", "മോഹന\u0d4d\u200d"])(
  "%j, stored as an earlier version compared names, goes on as it was",
  async (name) => {
    const core = await withFormerName(name);
    expect(await core.login({ username: ` ${name} `, password, client })).toMatchObject({
      username: name,
    });
    expect((await core.showUser(name)).user.username.shown).toBe(name);
  },
);

it("such a name stays its owner's where another one's looks alike", async () => {
  const core = await withFormerName("conor o\u2019brien");
  await core.register({ ...ada, username: straight, email: "another@example.com" });
  const shown = async (username: string) => (await core.login({ username, password, client })).username;
  expect([await shown(curly), await shown(straight)]).toEqual(["conor o\u2019brien", straight]);
});

it("what storage is asked for depends on the text alone", async () => {
  const asked: string[] = [];
  const core = await makeCore(({ users }) => ({
    users: {
      ...users,
      findByUsername(name) {
        asked.push(name);
        return users.findByUsername(name);
      },
    },
  }));
  await core.register({ ...ada, username: curly });
  for (const username of ["Conor O\u2019Brien", "Conor O\u2019Nobody", "conor o'brien", "ada"]) {
    await refusal(core.login({ username, password: "wrong horse", client }));
  }
  expect(asked).toEqual([
    "conor o\u2019brien",
    "conor o'brien",
    "conor o\u2019nobody",
    "conor o'nobody",
    "conor o'brien",
    "ada",
  ]);
});

it("a refused name says which character, and nothing else of it", async () => {
  const core = await makeCore();
  const fields = async (attempt: Promise<unknown>) =>
    attempt.then(
      () => [],
      (error) => error.fields,
    );
  const fault = {
    path: "username",
    code: "invalid_username",
    message: "U+0040 at position 4 is not allowed in a name",
  };
  expect(await fields(core.register({ ...ada, username: "ada@home" }))).toEqual([fault]);
  const { accessToken } = await core.register(ada);
  const change = { accessToken, password, username: "ada@home", client };
  expect(await fields(core.updateProfile(change))).toEqual([fault]);
});
