import { isDeepStrictEqual } from 'node:util';
import type { ConfigurationChange } from '../ports/configuration.js';
import type { Effective } from './load-config.js';
import type { Reloaded } from './reloadable.js';
import { options, valueIn } from './schema.js';
import { valueText } from './value-source.js';

/** What a reload from one configuration to another changes. Values of secrets are not in it. */
export function configurationChanges(
  before: Effective,
  after: Effective,
  { applied, needsRestart }: Pick<Reloaded, 'applied' | 'needsRestart'>,
): readonly ConfigurationChange[] {
  const ofOptions = options.flatMap((option): readonly ConfigurationChange[] => {
    const { key } = option;
    const [from, to] = [valueIn(before.config, key), valueIn(after.config, key)];
    if (isDeepStrictEqual(from, to)) return [];
    const applies = needsRestart.includes(key) ? 'restart' : 'reload';
    return [
      { option: key, change: 'changed', from: valueText(option, from), to: valueText(option, to), applies },
    ];
  });
  const ofSections = sectionChanges(shownIn(before), shownIn(after));
  const named = [...ofOptions, ...ofSections].map(({ option }) => option);
  // A secret that changed shows nowhere else.
  const hidden = ['tls', 'auth', 'probes', 'status'].filter(
    (section) => applied.includes(section) && !named.some((option) => option.startsWith(section)),
  );
  return [
    ...ofOptions,
    ...ofSections,
    ...hidden.map((option): ConfigurationChange => ({ option, change: 'changed', applies: 'reload' })),
  ];
}

/** The entries of the file besides options, each with all that tells it from others. Never shown: secrets are in it. */
function shownIn({
  channels,
  shownAuth,
  shownMaintenance,
  shownRotas,
  shownStatusPages,
}: Effective): ReadonlyMap<string, unknown> {
  return new Map([
    ...[...shownAuth, ...shownMaintenance, ...shownRotas, ...shownStatusPages].map(
      ({ key, value }) => [key, value] as const,
    ),
    ...channels.map(
      ({ policy, shown, secrets }) =>
        [`channels.${policy.name}`, { shown, secrets: secrets.map((secret) => secret.reveal()) }] as const,
    ),
  ]);
}

function sectionChanges(
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): readonly ConfigurationChange[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap(
    (option): readonly ConfigurationChange[] => {
      if (isDeepStrictEqual(before.get(option), after.get(option))) return [];
      const change = !before.has(option) ? 'added' : after.has(option) ? 'changed' : 'removed';
      return [{ option, change, applies: 'reload' }];
    },
  );
}
