import { expect, it } from "vitest";
import { passlibHashes, passlibPbkdf2 } from "../../../src/adapters/passlib/pbkdf2.ts";
import { hashes, hashWithRounds, refused } from "../../support/flask/passlib-hashes.ts";
import { leastTimes } from "../../support/least-time.ts";

it.each(hashes.map(({ password, hash }) => [`${hash.slice(0, 40)}…`, password, hash]))(
  "knows a password by passlib's hash %s",
  async (_, password, hash) => {
    expect(passlibPbkdf2.accepts(hash)).toBe(true);
    expect(await passlibPbkdf2.verify(hash, password)).toBe(true);
    expect(await passlibPbkdf2.verify(hash, `${password} `)).toBe(false);
  },
);

it("compares the bytes as they were sent, in whichever form of Unicode", async () => {
  let others = 0;
  for (const { password, hash } of hashes) {
    for (const form of ["NFC", "NFD", "NFKC"]) {
      const other = password.normalize(form);
      if (other === password) continue;
      expect({ form, password, matches: await passlibPbkdf2.verify(hash, other) }).toEqual({
        form,
        password,
        matches: false,
      });
      others += 1;
    }
  }
  expect(others).toBeGreaterThan(3);
});

it.each(refused.map(({ kind, hash }) => [kind, hash]))("matches nothing with %s", async (_, hash) => {
  expect(passlibPbkdf2.accepts(hash)).toBe(false);
  expect(await passlibPbkdf2.verify(hash, "password")).toBe(false);
});

it("has a stand-in of the usual cost", () => {
  expect(passlibPbkdf2.accepts(passlibPbkdf2.standIn)).toBe(true);
  expect(passlibPbkdf2.standIn).toContain("$29000$");
});

it("does the rounds of the dearest hash, however few a hash has, and none for it", async () => {
  const dear = passlibHashes(200_000);
  expect(dear.standIn).toContain("$200000$");
  const [few, usual] = [hashWithRounds(1), hashWithRounds(29_000)];
  expect(await dear.verify(few, "password")).toBe(true);
  expect(await dear.verify(usual, "password")).toBe(true);
  expect(await dear.verify(usual, "passwort")).toBe(false);
  const times = await leastTimes(
    [few, usual, dear.standIn].map((hash) => () => dear.verify(hash, "passwort")),
  );
  // 29,000 rounds alone take a seventh of 200,000
  expect(Math.min(...times)).toBeGreaterThan(Math.max(...times) / 2);
});
