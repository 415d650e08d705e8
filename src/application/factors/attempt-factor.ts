import { AuthError } from "../../domain/errors.ts";
import type { FactorName } from "../../domain/factors/factors.ts";
import type { Admission } from "../limits/admission.ts";
import type { SecurityEvents } from "../ports/security-events.ts";

/**
 * Makes an admitted attempt to present a factor. Only a wrong factor stays charged.
 * @throws AuthError what `work` throws
 */
export async function attemptFactor<T>(
  { events }: { readonly events: SecurityEvents },
  admission: Admission,
  attempt: { readonly userId: string; readonly factor: FactorName },
  work: () => Promise<T>,
): Promise<T> {
  const done = await work().catch(async (error) => {
    if (isWrongFactor(error)) events.report({ type: "factor_refused", ...attempt });
    else await admission.refund();
    throw error;
  });
  await admission.refund();
  return done;
}

export function isWrongFactor(error: unknown): boolean {
  return error instanceof AuthError && error.code === "invalid_factor";
}
