/** Opens the configured resources, runs `work` with its use cases, and closes them again. */
export type WithUseCases<UseCases> = <T>(work: (useCases: UseCases) => Promise<T>) => Promise<T>;
