import type { Outcome } from './outcome.js';
import { simulate, type SimulationOptions } from './simulation.js';

/** The most simulations tried to make a failing one smaller. */
const TRIES = 40;
/** A cut of fewer simulated milliseconds is not tried. */
const SHORT = 2000;

/** Searches for a smaller simulation that also breaks a promise: shorter, with fewer kinds of fault and clients. */
export async function shrink(
  options: SimulationOptions,
  outcome: Outcome,
): Promise<{ readonly options: SimulationOptions; readonly outcome: Outcome }> {
  let best = { options: { ...options, faults: outcome.faults }, outcome };
  let tries = 0;
  const isBroken = async (candidate: SimulationOptions): Promise<boolean> => {
    if (++tries > TRIES) return false;
    const found = await simulate(candidate);
    if (found.broken === undefined) return false;
    best = { options: { ...candidate, faults: found.faults }, outcome: found };
    return true;
  };
  for (const kind of outcome.faults)
    await isBroken({ ...best.options, faults: best.options.faults.filter((other) => other !== kind) });
  const { users, nodes } = outcome.settings;
  for (const clients of [1, 2, 4, 8].filter((fewer) => fewer < Math.max(users, nodes)))
    if (await isBroken({ ...best.options, clients })) break;
  let step = best.options.length / 2;
  while (step >= SHORT && tries < TRIES) {
    const isShorter = await isBroken({ ...best.options, length: Math.round(best.options.length - step) });
    if (!isShorter || step >= best.options.length) step /= 2;
  }
  return best;
}
