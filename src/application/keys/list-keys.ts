import { type KeyState, keyState } from "../../domain/key-ring.ts";
import { keysOf, type StoredRingDeps } from "./stored-ring.ts";

export interface ListedKey {
  readonly kid: string;
  readonly algorithm: string;
  readonly state: KeyState;
  readonly createdAt: Date;
  readonly activeAt: Date;
}

/** The ring of signing keys, the oldest first. */
export type ListKeys = () => Promise<ListedKey[]>;

export function makeListKeys(deps: StoredRingDeps): ListKeys {
  return async () => {
    const now = deps.clock.now();
    const keys = await keysOf(deps);
    return keys.map((key) => ({
      kid: key.kid,
      algorithm: key.algorithm,
      state: keyState(keys, key, now, deps.ringTimes),
      createdAt: key.createdAt,
      activeAt: key.activeAt,
    }));
  };
}
