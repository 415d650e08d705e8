/**
 * What the work takes of the processors' time, all threads of this process together, in milliseconds. Unlike the time
 * on the wall, it does not grow with what else the machine does.
 */
export async function cpuTimeOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
