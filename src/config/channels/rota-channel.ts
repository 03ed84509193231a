import * as z from 'zod';
import type { ChannelPlan } from '../../adapters/channels/make.js';
import { RotaNotifier } from '../../adapters/channels/rota/rota.js';
import type { Rota } from '../../domain/rota.js';
import { didYouMean } from '../../views/did-you-mean.js';
import { problemsOf, type SettingProblem, type Settings } from '../setting-problems.js';
import { COMMON } from './common-settings.js';

/** The kind of a channel that notifies the person on call. */
export const ROTA = 'rota';

export interface ConfiguredRotas {
  /** The valid ones. */
  readonly rotas: readonly Rota[];
  /** Of all that are given. */
  readonly names: readonly string[];
}

const shape = z.strictObject({
  rota: z.string('must be the name of a rota'),
  position: z
    .union([z.literal(1), z.literal(2)], 'must be 1 for who is on call, or 2 for who is next')
    .default(1),
});
const KNOWN = [...Object.keys(shape.shape), ...COMMON];

/** Its own settings. A rota with problems of its own has been reported. */
export function readRotaChannel(
  given: Settings,
  { rotas, names }: ConfiguredRotas,
):
  | (Pick<ChannelPlan, 'make' | 'makeForUsers' | 'secrets' | 'receiver'> & { readonly shown: Settings })
  | { readonly problems: readonly SettingProblem[] } {
  const read = shape.safeParse(given);
  if (!read.success) return { problems: problemsOf(read.error, KNOWN) };
  const { rota: name, position } = read.data;
  if (!names.includes(name)) {
    const advice = names.length === 0 ? '; there are none: add rotas' : didYouMean(name, names);
    return { problems: [{ path: ['rota'], problem: `must be the name of a rota${advice}` }] };
  }
  const rota = rotas.find((each) => each.name === name);
  if (rota === undefined) return { problems: [] };
  if (position === 2 && new Set(rota.people.map((person) => person.name)).size < 2)
    return { problems: [{ path: ['position'], problem: 'must be 1: the rota has one person' }] };
  return {
    // Those of its people are redacted where their channels are made.
    secrets: [],
    make: (tools) => new RotaNotifier(rota, position, tools),
    shown: { rota: name, position },
  };
}
