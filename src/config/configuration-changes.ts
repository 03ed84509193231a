import type { ConfigurationChange } from '../ports/configuration.js';
import { comparedChannels } from './channels/compared-channels.js';
import type { Effective } from './load-config.js';
import type { Reloaded } from './reloadable.js';
import { options, valueIn } from './schema.js';
import { isSame } from './secret-values.js';
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
    if (isSame(from, to)) return [];
    const applies = needsRestart.includes(key) ? 'restart' : 'reload';
    return [
      { option: key, change: 'changed', from: valueText(option, from), to: valueText(option, to), applies },
    ];
  });
  const ofSections = sectionChanges(entriesIn(before), entriesIn(after));
  const named = [...ofOptions, ...ofSections].map(({ option }) => option);
  const isNamed = (section: string): boolean =>
    named.some((option) => option === section || option.startsWith(`${section}.`));
  /** Only a file that the configuration names has changed. */
  const inFiles = (sections: readonly string[], applies: ConfigurationChange['applies']) =>
    sections
      .filter((section) => !isNamed(section))
      .map((option): ConfigurationChange => ({ option, change: 'changed', applies }));
  const ofCertificates = applied.includes('probes') ? ['probes.ca_file'] : [];
  return [
    ...ofOptions,
    ...ofSections,
    ...inFiles(
      ['tls', 'auth', 'status'].filter((section) => applied.includes(section)),
      'reload',
    ),
    ...inFiles(ofCertificates, 'reload'),
    ...inFiles(needsRestart, 'restart'),
  ];
}

/** The options and entries that a reload applies, by name. */
export function appliedNames(
  changes: readonly ConfigurationChange[],
  { applied }: Pick<Reloaded, 'applied'>,
): readonly string[] {
  const names = changes.flatMap(({ option, applies }) => (applies === 'reload' ? [option] : []));
  // The nodes are not compared one by one here.
  return applied.includes('nodes.declared') && !names.includes('nodes.declared')
    ? [...names, 'nodes.declared']
    : names;
}

/** The entries of the file besides options, each with all that tells it from others. Never shown: secrets are in it. */
function entriesIn({
  channels,
  auth,
  linkSecret,
  shownMaintenance,
  shownRotas,
  shownStatusPages,
}: Effective): ReadonlyMap<string, unknown> {
  const { keys = [], ...others } = auth ?? {};
  const ofAuth = Object.entries({ ...others, link_secret: linkSecret }).filter(
    ([, value]) => value !== undefined,
  );
  return new Map<string, unknown>([
    ...keys.map((key) => [`auth.keys.${key.name}`, key] as const),
    ...ofAuth.map(([name, value]) => [`auth.${name}`, value] as const),
    ...[...shownMaintenance, ...shownRotas, ...shownStatusPages].map(
      ({ key, value }) => [key, value] as const,
    ),
    ...comparedChannels(channels),
  ]);
}

function sectionChanges(
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): readonly ConfigurationChange[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap(
    (option): readonly ConfigurationChange[] => {
      if (isSame(before.get(option), after.get(option))) return [];
      const change = !before.has(option) ? 'added' : after.has(option) ? 'changed' : 'removed';
      return [{ option, change, applies: 'reload' }];
    },
  );
}
