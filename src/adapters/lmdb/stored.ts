/**
 * The stored JSON form of a value: dates as milliseconds since 1970, everything else unchanged. Fields that are
 * `undefined` are left out.
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

/** The stored form of a value whose fields `Later` are missing in records of earlier versions. */
export type StoredWith<T, Later extends keyof T> = Stored<Omit<T, Later>> & Partial<Stored<Pick<T, Later>>>;
