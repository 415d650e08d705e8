import { afterAll, beforeAll, expect, it } from "vitest";
import type { RunningService } from "../../../src/composition/server/service.ts";
import { call, registered } from "../../support/api.ts";
import { DESCRIPTION } from "../../support/described.ts";
import { startTestService } from "../../support/service.ts";

/** One answer lists the errors of all fields of a body, from the schema and from rules. */

let service: RunningService;
let token: string;
beforeAll(async () => {
  service = await startTestService();
  token = (await registered(service.address)).access_token;
});
afterAll(() => service.stop());

const SHORT = "pass";
const LONG = "x".repeat(1_025);

const CASES: [call: string, body: object, faults: string[]][] = [
  [
    "POST /api/register",
    { username: "te", password: SHORT },
    ["email required", "password invalid_password"],
  ],
  [
    "POST /api/register",
    { username: "a@b", email: 5 },
    ["email wrong_type", "password required", "username invalid_username"],
  ],
  ["POST /api/register", {}, ["email required", "password required", "username required"]],
  [
    "POST /api/register",
    { username: "", email: "none", password: SHORT },
    ["email invalid_email", "password invalid_password", "username required"],
  ],
  ["POST /api/login", {}, ["email one_identifier", "password required"]],
  ["POST /api/login", { email: "a@b.cd", username: "ada" }, ["email one_identifier", "password required"]],
  ["POST /api/login", { email: 5, password: LONG }, ["email wrong_type", "password invalid_password"]],
  ["POST /api/login", { username: ["ada"] }, ["password required", "username wrong_type"]],
  [
    "PATCH /api/me",
    { email: "none", username: true, more: 1, password: LONG },
    [" unknown_field", "email invalid_email", "password invalid_password", "username wrong_type"],
  ],
  ["PATCH /api/me", { more: 1 }, [" nothing_to_change", " unknown_field"]],
  ["PATCH /api/me", { password: "" }, [" nothing_to_change", "password required"]],
  ["DELETE /api/me", { password: 5 }, ["password wrong_type"]],
  ["POST /api/reauthenticate", { more: 1 }, [" unknown_field", "password one_proof"]],
  ["POST /api/reauthenticate", { code: 5, password: LONG }, ["code wrong_type", "password one_proof"]],
  ["POST /api/reauthenticate", { code: "", more: 1 }, [" unknown_field", "code required"]],
  ["POST /api/login/second-factor", { code: 5 }, ["challenge required", "code wrong_type"]],
  ["POST /api/login/second-factor", { challenge: "c" }, ["code one_factor"]],
  [
    "POST /api/login/second-factor",
    { challenge: "c", code: "123456", recovery_code: "ABCD-EFGH-IJKL-MNOP" },
    ["code one_factor"],
  ],
  [
    "POST /api/login/second-factor",
    { challenge: ["c"], recovery_code: {}, more: 1 },
    [" unknown_field", "challenge wrong_type", "recovery_code wrong_type"],
  ],
  [
    "POST /api/factors/totp/confirm",
    { end_other_sessions: "true", more: 1 },
    [" unknown_field", "code required", "end_other_sessions wrong_type"],
  ],
  ["POST /api/reauthenticate", { password: LONG, more: 1 }, [" unknown_field", "password invalid_password"]],
  ["DELETE /api/me", { password: LONG, more: 1 }, [" unknown_field", "password invalid_password"]],
  ["POST /api/password", { new_password: SHORT }, ["new_password invalid_password"]],
  [
    "POST /api/password",
    { current_password: "", new_password: SHORT },
    ["current_password required", "new_password invalid_password"],
  ],
  [
    "POST /api/password",
    { current_password: LONG, more: 1 },
    [" unknown_field", "current_password invalid_password", "new_password required"],
  ],
  ["POST /api/password/forgot", { email: "none", more: 1 }, [" unknown_field", "email invalid_email"]],
  ["POST /api/email/verify/resend", { email: "none", more: 1 }, [" unknown_field", "email invalid_email"]],
  ["POST /api/password/reset", { new_password: SHORT }, ["new_password invalid_password", "token required"]],
  ["POST /api/email/verify", { more: 1 }, [" unknown_field", "token required"]],
  ["POST /api/email/cancel", { more: 1 }, [" unknown_field", "token required"]],
];

it.each(CASES)("%s, case %#", async (request, json, faults) => {
  const { status, body } = await call(service.address, request, { json, token });
  expect([status, body.code]).toEqual([400, "validation_failed"]);
  const told = body.errors.map(({ path, code }: { path: string; code: string }) => `${path} ${code}`);
  expect(told.sort()).toEqual(faults);
});

it("are all calls that take a JSON body", () => {
  const described = Object.entries(DESCRIPTION.paths as Record<string, Record<string, object>>).flatMap(
    ([path, operations]) =>
      Object.entries(operations)
        .filter(([, operation]) => JSON.stringify(operation).includes('"requestBody":{'))
        .map(([method]) => `${method.toUpperCase()} ${path}`),
  );
  const tried = new Set(CASES.map(([request]) => request));
  expect(described.filter((request) => !request.includes(" /oauth/")).sort()).toEqual([...tried].sort());
});
