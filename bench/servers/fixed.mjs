import { generateKeyPairSync, sign } from "node:crypto";
import { makeHttpApp } from "../../dist/adapters/koa/app.js";
import { httpOptions, startHttp } from "../../dist/composition/server/service.js";
import { readConfig } from "../../dist/composition/settings/config.js";
import { openServiceLog } from "../../dist/composition/wiring/log.js";
import { ACCESS_TOKEN, PROFILE, REFRESH_TOKEN } from "./answers.mjs";

/**
 * The ceiling of calls: the service's own HTTP adapter with everything that it does to a request and an answer, and
 * behind it use cases that know no token and no storage and always answer the same. With `signing` as its argument it makes an
 * ES256 signature of so many bytes for each refresh, and nothing more. Prints its address.
 */
const access = {
  username: PROFILE.username,
  email: PROFILE.email,
  accessToken: ACCESS_TOKEN,
  expiresIn: 86_400,
};
const session = { ...access, refreshToken: REFRESH_TOKEN };
const found = { username: PROFILE.username, claims: { sub: PROFILE.id, jti: PROFILE.id, exp: 0, iat: 0 } };
const isSigning = process.argv[2] === "signing";
/** Of ES256, encoded. */
const SIGNATURE_LENGTH = 86;
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const unsigned = ACCESS_TOKEN.slice(SIGNATURE_LENGTH);
const signed = () => {
  const signature = sign("sha256", Buffer.from(unsigned), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return { ...access, accessToken: `${unsigned}.${signature.toString("base64url")}` };
};
const useCases = {
  me: async () => PROFILE,
  login: async () => session,
  signUp: async () => session,
  fieldFaults: {},
  refresh: async () => (isSigning ? signed() : access),
  introspect: async () => found,
  refuseIfFull() {},
};
const config = readConfig(process.env);
const options = { ...httpOptions(config, openServiceLog(config)), readiness: async () => "ready" };
const server = await startHttp(config, makeHttpApp(useCases, options));
console.log(`listens on ${server.address}`);
