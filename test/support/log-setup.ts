import { afterAll } from "vitest";
import { recordOpenExchanges } from "./log-hooks.ts";

// runs before each test file
afterAll(recordOpenExchanges);
