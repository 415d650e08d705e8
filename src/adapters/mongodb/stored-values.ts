import type { StoredValues } from "../../application/ports/storage/stored-values.ts";
import type { Connection } from "./connection.ts";
import { assertStorable, isStorable, upserted } from "./documents.ts";

interface SettingDocument {
  readonly _id: string;
  readonly value: string;
}

/** Values by name. */
export function mongoStoredValues({ collection, call }: Connection): StoredValues {
  const settings = collection<SettingDocument>("settings");

  return {
    find: (name) =>
      call(async () => (isStorable(name) ? (await settings.findOne({ _id: name }))?.value : undefined)),
    claim: (name, value) =>
      call(async () => {
        assertStorable(name, value);
        const claim = () =>
          settings.findOneAndUpdate(
            { _id: name },
            { $setOnInsert: { value } },
            { upsert: true, returnDocument: "after" },
          );
        const stored = await upserted(claim);
        if (stored === null) throw new Error("MongoDB did not return what it stored");
        return stored.value;
      }),
    replace: (name, expected, next) =>
      call(async () => {
        if (!isStorable(name)) return false;
        assertStorable(next);
        const { matchedCount } = await settings.updateOne(
          { _id: name, value: expected },
          { $set: { value: next } },
        );
        return matchedCount === 1;
      }),
  };
}
