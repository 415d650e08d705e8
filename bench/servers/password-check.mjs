/** Checks of a correct password at the service's default cost, by the package of each value of PASSWORD_HASHING. */
const CHECKS = {
  async argon2() {
    const { default: argon2 } = await import("argon2");
    const options = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
    const stored = await argon2.hash("correct horse", options);
    return () => argon2.verify(stored, "correct horse");
  },
  async "node-rs"() {
    const { hash, verify } = await import("@node-rs/argon2");
    const stored = await hash("correct horse", { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
    return () => verify(stored, "correct horse");
  },
};

/** Makes a function that checks one password by this package. */
export function passwordCheckBy(name) {
  return CHECKS[name]();
}
