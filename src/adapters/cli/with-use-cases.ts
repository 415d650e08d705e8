/** Opens what the configuration names, runs the work with the use cases that it needs, and closes it again. */
export type WithUseCases<UseCases> = <T>(work: (useCases: UseCases) => Promise<T>) => Promise<T>;
