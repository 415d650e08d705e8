import { expect, it } from "vitest";
import { AuthError } from "../../src/domain/errors.ts";

it("an error has its code, a sentence for people, and nothing it was not given", () => {
  const error = new AuthError("invalid_credentials");
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: "AuthError", code: "invalid_credentials", fields: [] });
  expect(error.message).toBe("Authentication failed");
  expect(error.retryAfter).toBeUndefined();
  expect("cause" in error).toBe(false);
});

it("an error says which fields, when to come back and what was behind it, never in its message", () => {
  const fields = [{ path: "email", code: "invalid_email", message: "not an address" }];
  const cause = new Error("secret detail");
  const error = new AuthError("storage_unavailable", { fields, cause, retryAfter: 2 });
  expect(error).toMatchObject({ fields, cause, retryAfter: 2 });
  expect(error.message).not.toContain("secret detail");
});

it("keeps the two sentences that the first server's clients know", () => {
  expect(new AuthError("username_taken").message).toBe("This Username is already taken!");
  expect(new AuthError("email_taken").message).toBe("this email is already taken");
});
