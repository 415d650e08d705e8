import { newUser } from "../dist/application/users/new-account.js";
import { keptUntil, revocationKey } from "../dist/domain/revocation.js";
import { beginSession } from "../dist/domain/session.js";

/**
 * Users, sessions and revocations, each computed from its number: none is kept, and any is found again. The number is
 * the order of arrival, and with it of times, names and addresses. Ids lie at the same distances over the whole range
 * of UUIDs, and their order has nothing to do with arrival, as with random ones.
 */

const DAY_MS = 86_400_000;
const START = Date.now();
const CLIENT = { userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0", ip: "192.0.2.1" };

/** The hash of the password in people.mjs at the default cost. All users share it: hashing for millions takes days. */
const PASSWORD_HASH =
  "$argon2id$v=19$m=19456,t=2,p=1$Y29ubmVjdC1hdXRoLWJlbg$WXQrrShbbFAhDBxT2ca93Pfc4UsoGcml6ToxPF1e1VA";

/** Made once: shortening the same client text millions of times would take longer than storing it. */
const SESSION = beginSession("", { id: "", epoch: 0 }, CLIENT, new Date(), 0);

/** Parts of a population that differ in their order of ids, and fractions as unlike as possible to make these orders. */
const FRACTIONS = { user: (Math.sqrt(5) - 1) / 2, session: Math.SQRT1_2, revocation: Math.sqrt(3) - 1 };
const KINDS = Object.keys(FRACTIONS);

/** @param size The number of users, of sessions and of revocations, at most 90 million: products must be exact. */
export function populationOf(size) {
  const orders = Object.fromEntries(KINDS.map((kind) => [kind, orderOf(size, FRACTIONS[kind])]));
  const idOf = (kind, n) => idAt(KINDS.indexOf(kind), orders[kind].placeOf(n) / size);
  /** Part of a span of time, in whole milliseconds: later for each later number. */
  const after = (spanMs, n) => Math.floor((spanMs * n) / size);

  return {
    size,
    /** The number of the thing of a kind that has the id at this place in the order of ids. */
    numberAt: (kind, place) => orders[kind].numberAt(place),
    user(n) {
      const [name, address] = [nameOf(n), addressOf(n)];
      const account = {
        username: { shown: name, canonical: name },
        email: { shown: address, canonical: address },
      };
      const createdAt = new Date(START - 29 * DAY_MS + after(29 * DAY_MS, n));
      return newUser(idOf("user", n), account, PASSWORD_HASH, createdAt);
    },
    /** The session of the user of this number. It began in the last 29 days and ends in the next 30. */
    session(n) {
      const began = new Date(START - 29 * DAY_MS + after(29 * DAY_MS, n));
      const times = { generationStartedAt: began, createdAt: began, lastUsedAt: began };
      const expiresAt = new Date(began.getTime() + 30 * DAY_MS);
      return { ...SESSION, id: idOf("session", n), userId: idOf("user", n), ...times, expiresAt };
    },
    /** An access token that was revoked, and is kept for another day or two. */
    revocation: (n) => ({
      key: revocationKey.token(idOf("revocation", n)),
      until: keptUntil(new Date(START + DAY_MS + after(DAY_MS, n))),
    }),
  };
}

const nameOf = (n) => `user-${String(n).padStart(8, "0")}`;
export const addressOf = (n) => `${nameOf(n)}@example.com`;

/** A permutation of the numbers below `size`: multiples of a factor that has no divisor in common with it. */
function orderOf(size, fraction) {
  let factor = Math.max(1, Math.round(size * fraction));
  while (gcd(factor, size) !== 1) factor += 1;
  const inverse = inverseOf(factor, size);
  return { placeOf: (n) => (n * factor) % size, numberAt: (place) => (place * inverse) % size };
}

const gcd = (a, b) => (b === 0 ? a : gcd(b, a % b));

/** Euclid's algorithm: the number whose product with `factor` leaves 1. */
function inverseOf(factor, size) {
  let [before, rest] = [size, factor % size];
  let [last, current] = [0, 1];
  while (rest > 1) {
    const times = Math.floor(before / rest);
    [before, rest] = [rest, before - times * rest];
    [last, current] = [current, last - times * current];
  }
  return current < 0 ? current + size : current;
}

const bytes = Buffer.alloc(16);

/** The UUID at a part of the whole range, which is at least 0 and below 1. Its first 48 bits decide the order. */
function idAt(kind, part) {
  const first = Math.floor(part * 2 ** 48);
  const second = scattered(first + kind);
  bytes.writeUIntBE(first, 0, 6);
  bytes.writeUInt16BE(0x4000 | (second & 0xfff), 6);
  bytes.writeUInt32BE((0x80000000 | (scattered(second) >>> 2)) >>> 0, 8);
  bytes.writeUInt32BE(scattered(second + 1), 12);
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function scattered(value) {
  let mixed = Math.imul(value ^ (value >>> 16), 0x45d9f3b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
