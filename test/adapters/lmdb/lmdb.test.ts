import { storageContract } from "../../contracts/storage.contract.ts";
import { lmdbHarness } from "../../support/storage-lmdb.ts";

storageContract("lmdb", lmdbHarness(), { isOneStep: true });
