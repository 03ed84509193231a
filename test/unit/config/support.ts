import { expect } from 'chai';
import { loadConfig } from '../../../src/config/load-config.js';
import type { Effective, Loaded, ConfigSources } from '../../../src/config/load-config.js';

interface Said extends Partial<ConfigSources> {
  /** The contents of /etc/heartbeat.yaml, which is then read. */
  readonly file?: string;
}

/** Loads a configuration from the given values only, not from this machine. */
export function load({ file, ...said }: Said = {}): Loaded {
  const flags = file === undefined ? {} : { '--config': 'heartbeat.yaml' };
  return loadConfig({
    env: {},
    cwd: '/etc',
    isTerminal: false,
    readFile: () => file ?? '',
    ...said,
    flags: { ...flags, ...said.flags },
  });
}

export function inForce(said: Said = {}): Effective {
  const loaded = load(said);
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  return loaded;
}

export function problems(said: Said): readonly string[] {
  const loaded = load(said);
  expect(loaded.ok, 'accepted').to.equal(false);
  return loaded.ok ? [] : loaded.problems;
}
