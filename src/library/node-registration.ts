import type { SettingsChange } from '../domain/node.js';
import type { BodyProblem } from '../views/body-problems.js';
import { settingsReader } from '../views/node-settings.js';
import { refuseBody } from './arguments.js';
import { camel, snakeCased } from './casing.js';
import type { NodeSettings } from './node.js';
import type { NodeProbe } from './probe.js';

/** The settings of a node to register. Null resets one to the instance's value. */
export interface NodeRegistration extends Nullable<NodeSettings> {
  /** How the instance probes it. */
  readonly probe?: NodeProbe | null;
  /** Paused: not watched. */
  readonly paused?: boolean | null;
}

type Nullable<Settings> = { readonly [Name in keyof Settings]: Settings[Name] | null };

/** @throws HeartbeatError `HEARTBEAT_INVALID_BODY`, whose message names each problem and its setting */
export function changeOf(settings: NodeRegistration, known: readonly string[]): SettingsChange {
  const read = settingsReader(() => known)(snakeCased(settings));
  if ('change' in read) return read.change;
  const problems = read.problems.map(({ path, problem }) => ({ path: camel(path), problem }));
  return refuseBody('settings of a node', problems);
}

/** Turns the problem of an option into one of a body. */
export function unplaced(line: string): BodyProblem {
  const [path = '', ...rest] = line.split(': ');
  return { path, problem: rest.join(': ') };
}
