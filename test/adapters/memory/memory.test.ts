import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import { storageContract } from "../../contracts/storage.contract.ts";

const harness = { open: async () => openMemoryStorage(), cleanup: async () => {} };

storageContract("memory", harness, { isOneStep: true });
