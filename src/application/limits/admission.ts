/** A charged attempt that may proceed. */
export interface Admission {
  /** Refunds the charge of an attempt that turned out not to count. */
  refund(): Promise<void>;
}

/** Does the work of an admitted attempt. If it fails, the attempt is undecided and its charge is refunded. */
export async function refundedOnFault<T>(admission: Admission, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await admission.refund();
    throw error;
  }
}

/** Two admissions that are refunded together. */
export function together(one: Admission, other: Admission): Admission {
  return {
    async refund() {
      await Promise.all([one.refund(), other.refund()]);
    },
  };
}

/** The admission of an attempt that is not counted. */
export const noCharge: Admission = { refund: async () => {} };
