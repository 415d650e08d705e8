import { expect, it } from "vitest";
import { withRetry } from "../../../src/composition/wiring/with-retry.ts";
import { AuthError } from "../../../src/domain/errors.ts";

const UNAVAILABLE = new AuthError("storage_unavailable");

/** A port whose first calls fail. */
function failing(times: number, error: Error) {
  const port = {
    calls: 0,
    async ask(question: string) {
      this.calls += 1;
      if (this.calls <= times) throw error;
      return `${question} answered`;
    },
  };
  return port;
}

it("asks again until it is answered", async () => {
  const port = failing(2, UNAVAILABLE);
  expect(await withRetry(port, [1, 1]).ask("A")).toBe("A answered");
  expect(port.calls).toBe(3);
});

it("gives up in the end", async () => {
  const port = failing(3, UNAVAILABLE);
  await expect(withRetry(port, [1, 1]).ask("A")).rejects.toBe(UNAVAILABLE);
  expect(port.calls).toBe(3);
});

it.each([new AuthError("email_taken"), new Error("a fault")])("takes %s for the answer", async (error) => {
  const port = failing(1, error);
  await expect(withRetry(port, [1, 1]).ask("A")).rejects.toBe(error);
  expect(port.calls).toBe(1);
});
