import { describe } from "vitest";
import { storageContract } from "../../contracts/storage.contract.ts";
import { mongoHarness, mongoServer } from "../../support/storage-mongodb.ts";

describe.skipIf(!mongoServer)("mongodb", () => {
  storageContract("mongodb", mongoHarness());
});
