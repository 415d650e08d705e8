import { expect, it } from "vitest";
import { passlibHashes, passlibPbkdf2 } from "../../../src/adapters/passlib/pbkdf2.ts";
import { leastTime } from "../../support/least-time.ts";

/**
 * Made by passlib 1.7.4 itself: `pbkdf2_sha256.hash(password)`; the last one by
 * `pbkdf2_sha256.using(rounds=1, salt=b"").hash("password")`.
 */
const hashes: [password: string, hash: string][] = [
  ["password", "$pbkdf2-sha256$29000$41zL.V9LaU1Jydk7BwCAUA$O7g26rCfnXA4dmnEcEZAhWUZ9CaJUzx5BwYHcSGa35I"],
  ["  spaced  ", "$pbkdf2-sha256$29000$1TrH2HsPYex9713rXcuZsw$.3FI2/pfQBKHqXHN9nQWZcpbf.ARnH.tkCvKzsuJtR8"],
  [
    "caf\u00e9 caf\u00e9",
    "$pbkdf2-sha256$29000$bw0hxDgHoLTWGuMcY.zdGw$AUfTeYNyfNKeDrisi9fz1wf5OJt5eoD./ru6tuorrRg",
  ],
  [
    "cafe\u0301 cafe\u0301",
    "$pbkdf2-sha256$29000$onROiXFOyXkPIaQUYsw55w$pUv1quZ4eXcVyeuQOrLLn7fYK8uq1JfisqVjteA.gpk",
  ],
  ["x".repeat(73), "$pbkdf2-sha256$29000$MGYMQYjRWsv53zsHYIzxXg$pPbB48/eiG0LGIK0COSEAbQx3Yzuuqqc8HrRia0MCvM"],
  ["password", "$pbkdf2-sha256$1$$wSMvEPYnFf2gaufAogN8oZszzxA7cnulbYcMEfKQoqs"],
];

it.each(hashes)("knows the password %j by passlib's hash", async (password, hash) => {
  expect(passlibPbkdf2.accepts(hash)).toBe(true);
  expect(await passlibPbkdf2.verify(hash, password)).toBe(true);
  expect(await passlibPbkdf2.verify(hash, `${password} `)).toBe(false);
});

it("compares the bytes as they were sent: a letter composed and decomposed are two", async () => {
  const [composed, decomposed] = [hashes[2], hashes[3]] as [[string, string], [string, string]];
  expect(await passlibPbkdf2.verify(composed[1], decomposed[0])).toBe(false);
  expect(await passlibPbkdf2.verify(decomposed[1], composed[0])).toBe(false);
});

it.each([
  ["another scheme", "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$aGFzaA"],
  ["another digest", hashes[0]?.[1].replace("sha256", "sha512")],
  ["an absurd cost", hashes[0]?.[1].replace("29000", "1000001")],
  ["no cost", hashes[0]?.[1].replace("29000", "0")],
  ["zeros before the cost", hashes[0]?.[1].replace("29000", "029000")],
  ["a salt of 1,025 bytes", hashes[0]?.[1].replace(/\$[^$]+\$(?=[^$]+$)/, `$${"A".repeat(1_367)}$`)],
  ["a salt that is not base64", hashes[0]?.[1].replace(/\$[^$]+\$(?=[^$]+$)/, "$abcde$")],
  ["a line too many", `${hashes[0]?.[1]}\n`],
  ["a checksum cut short", hashes[0]?.[1].slice(0, -1)],
  ["nothing", ""],
])("takes %s for none of its own, and matches nothing", async (_, hash = "") => {
  expect(passlibPbkdf2.accepts(hash)).toBe(false);
  expect(await passlibPbkdf2.verify(hash, "password")).toBe(false);
});

it("takes a salt of 1,024 bytes", () => {
  expect(passlibPbkdf2.accepts(`$pbkdf2-sha256$1$${"A".repeat(1_366)}$${"A".repeat(43)}`)).toBe(true);
});

it("has a stand-in of the usual cost", () => {
  expect(passlibPbkdf2.accepts(passlibPbkdf2.standIn)).toBe(true);
  expect(passlibPbkdf2.standIn).toContain("$29000$");
});

it("does the rounds of the dearest hash, however few a hash has, and none for it", async () => {
  const dear = passlibHashes(200_000);
  expect(dear.standIn).toContain("$200000$");
  const [few, usual] = [hashes[5]?.[1] as string, hashes[0]?.[1] as string];
  expect(await dear.verify(few, "password")).toBe(true);
  expect(await dear.verify(usual, "password")).toBe(true);
  expect(await dear.verify(usual, "passwort")).toBe(false);
  const times: number[] = [];
  for (const hash of [few, usual, dear.standIn])
    times.push(await leastTime(() => dear.verify(hash, "passwort")));
  // 29,000 rounds alone take a seventh of 200,000
  expect(Math.min(...times)).toBeGreaterThan(Math.max(...times) / 2);
});
