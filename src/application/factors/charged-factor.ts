import { AuthError } from "../../domain/errors.ts";
import type { FactorName } from "../../domain/factors/factors.ts";
import type { Admission } from "../limits/admission.ts";
import type { SecurityEvents } from "../ports/security-events.ts";

/**
 * Does what a charged factor is presented for, and refunds the charge unless the factor was wrong.
 * @throws AuthError `too_many_attempts`, and what `work` throws
 */
export async function chargedFactor<T>(
  { events }: { readonly events: SecurityEvents },
  charge: Promise<Admission>,
  attempt: { readonly userId: string; readonly factor: FactorName },
  work: () => Promise<T>,
): Promise<T> {
  const admission = await charge;
  try {
    const done = await work();
    await admission.refund();
    return done;
  } catch (error) {
    if (error instanceof AuthError && error.code === "invalid_factor") {
      events.report({ type: "factor_refused", ...attempt });
    } else await admission.refund();
    throw error;
  }
}
