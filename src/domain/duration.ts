/** Units of time as people write them, in milliseconds. */
export const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
