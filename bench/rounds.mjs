/**
 * Runs `measure` once to warm up, then `rounds` times. Resolves to the figures of all rounds, by name.
 */
export async function inRounds(rounds, note, measure) {
  const figures = {};
  for (let round = 0; round <= rounds; round += 1) {
    note(round === 0 ? "warming up" : `round ${round} of ${rounds}`);
    const measured = await measure();
    if (round === 0) continue;
    for (const [name, figure] of Object.entries(measured)) {
      figures[name] ??= [];
      figures[name].push(figure);
    }
  }
  return figures;
}
