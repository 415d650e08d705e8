import { expect } from "vitest";
import { openPrivateKey } from "../../src/adapters/jose/seal.ts";
import { openLmdbStorage } from "../../src/adapters/lmdb/storage.ts";
import { deriveKey } from "../../src/adapters/node/secret-key.ts";
import type { RunningService } from "../../src/composition/server/service.ts";
import {
  ecdsa,
  headerOf,
  hmac,
  type Json,
  payloadOf,
  type Signer,
  token,
} from "../adapters/jose/signed-by-hand.ts";
import { call } from "../support/api.ts";
import { temporaryDirectory } from "../support/server-process.ts";
import { startTestService } from "../support/service.ts";
import { aValidLoginWorks, regularOf } from "./support.ts";
import { JWT_SECRET_KEY, KNOWN_SECRETS, REFRESH_KEY, SECRET_KEY, stillLives } from "./token-support.ts";

export interface ForgedKind {
  readonly name: string;
  readonly isAccess: boolean;
  /** Signs any header and payload with the service's key. */
  sign(header: Json | string, payload: Json | string): string;
  /** The genuine token with these changes, correctly signed. `undefined` removes a member. */
  changed(header: Json, payload: Json): string;
  readonly header: Json;
  readonly payload: Json;
  readonly genuine: string;
}

export interface Target {
  readonly url: string;
  readonly kinds: readonly ForgedKind[];
  /** Expects that the forged tokens did no harm. */
  expectUnharmed(): Promise<void>;
  stop(): Promise<void>;
}

/** A service that signs with `JWT_SECRET_KEY` (HS256) or with its key ring (ES256), and its kinds of tokens. */
export async function openTarget(mode: "HS256" | "ES256"): Promise<Target> {
  const { service, signer, remove } = mode === "HS256" ? await sharedSecret() : await keyRing();
  const url = service.address;
  const mine = await regularOf(url);
  const kinds = [
    kindOf(`an access token, ${mode}`, true, mine.access_token, signer),
    kindOf("a refresh token", false, mine.refresh_token, hmac(REFRESH_KEY)),
  ];
  for (const { isAccess, changed } of kinds) {
    const request = isAccess ? "GET /api/me" : "GET /api/token/refresh";
    // accepted without changes, so that a refusal is due to the change
    expect((await call(url, request, { token: changed({}, {}) })).status).toBe(200);
  }
  return {
    url,
    kinds,
    expectUnharmed: () => stillLives(url, mine),
    async stop() {
      await aValidLoginWorks(url);
      await service.stop();
      remove();
    },
  };
}

interface Opened {
  readonly service: RunningService;
  readonly signer: Signer;
  remove(): void;
}

async function sharedSecret(): Promise<Opened> {
  const service = await startTestService(KNOWN_SECRETS);
  return { service, signer: hmac(JWT_SECRET_KEY), remove: () => {} };
}

/** Reads the private key from storage, the only place that has it, while the service is down. */
async function keyRing(): Promise<Opened> {
  const { path, remove } = temporaryDirectory();
  const { SECRET_KEY: secret, INTROSPECTION_CLIENTS } = KNOWN_SECRETS;
  const env = { SECRET_KEY: secret, INTROSPECTION_CLIENTS, STORAGE: "lmdb", DATA_DIR: path };
  await (await startTestService(env)).stop();
  const storage = await openLmdbStorage(path);
  const [stored] = await storage.signingKeys.list();
  await storage.close();
  const opened = await openPrivateKey(stored?.sealedPrivateKey ?? "", [
    deriveKey(SECRET_KEY, "signing-keys"),
  ]);
  return { service: await startTestService(env), signer: ecdsa(opened.jwk as Json), remove };
}

function kindOf(name: string, isAccess: boolean, genuine: string, signer: Signer): ForgedKind {
  const header = headerOf(genuine);
  const payload = payloadOf(genuine);
  return {
    name,
    isAccess,
    genuine,
    header,
    payload,
    sign: (ofHeader, ofPayload) => token(ofHeader, ofPayload, signer),
    changed: (inHeader, inPayload) => token({ ...header, ...inHeader }, { ...payload, ...inPayload }, signer),
  };
}
