/**
 * A value as it is stored, in JSON: dates as milliseconds since 1970 and all else as it is. A field that is `undefined`
 * is left out, and read as missing.
 */
export type Stored<T> = T extends Date
  ? number
  : T extends readonly (infer E)[]
    ? readonly Stored<E>[]
    : T extends object
      ? { readonly [K in keyof T as undefined extends T[K] ? never : K]: Stored<T[K]> } & {
          readonly [K in keyof T as undefined extends T[K] ? K : never]?: Stored<T[K]>;
        }
      : T;

/** The same of a value in which earlier versions did not write the fields `Later`. */
export type StoredWith<T, Later extends keyof T> = Stored<Omit<T, Later>> & Partial<Stored<Pick<T, Later>>>;
