/**
 * The processor time of the work in milliseconds, over all threads of this process. Unlike elapsed time, it does not
 * grow with other load on the machine.
 */
export async function cpuTimeOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
