import type { StoredValues } from "../../application/ports/storage/stored-values.ts";
import type { Step } from "./step.ts";

/** Values by name. */
export function memoryStoredValues(step: Step): StoredValues {
  const values = new Map<string, string>();
  return {
    find: (name) => step(() => values.get(name)),
    claim: (name, value) =>
      step(() => {
        const stored = values.get(name) ?? value;
        values.set(name, stored);
        return stored;
      }),
    replace: (name, expected, next) =>
      step(() => {
        if (values.get(name) !== expected) return false;
        values.set(name, next);
        return true;
      }),
  };
}
