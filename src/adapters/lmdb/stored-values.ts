import type { StoredValues } from "../../application/ports/storage/stored-values.ts";
import type { Environment } from "./environment.ts";
import { assertKeys, isKey } from "./key.ts";

/** Values by name. */
export function lmdbStoredValues({ database, read, write }: Environment): StoredValues {
  const settings = database<string>("settings");

  return {
    find: (name) => read(() => (isKey(name) ? settings.get(name) : undefined)),
    async claim(name, value) {
      assertKeys(name);
      return write(() => {
        const stored = settings.get(name);
        if (stored === undefined) settings.put(name, value);
        return stored ?? value;
      });
    },
    async replace(name, expected, next) {
      if (!isKey(name)) return false;
      return write(() => {
        if (settings.get(name) !== expected) return false;
        settings.put(name, next);
        return true;
      });
    },
  };
}
