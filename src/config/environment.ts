import { fromText } from './value-kinds.js';
import { didYouMean } from '../views/did-you-mean.js';
import { options } from './schema.js';
import type { Given } from './value-source.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Names the configuration file. It is not an option, because a file cannot name itself. */
export const CONFIG_VARIABLE = 'HEARTBEAT_CONFIG';

/** The key that clients such as `heartbeat bench` send. The daemon's own configuration holds only hashes. */
export const KEY_VARIABLE = 'HEARTBEAT_KEY';

/** Where clients find the daemon. It is no option of the daemon. */
export const URL_VARIABLE = 'HEARTBEAT_URL';

/** Variables of clients. A daemon may be started in the same environment. */
const OF_CLIENTS = [KEY_VARIABLE, URL_VARIABLE];

const known = [CONFIG_VARIABLE, ...options.map(({ variable }) => variable)];

/** A file may name a variable of any name for a secret, and another file in the same shell does not. */
const UNSET = '; unset it, or rename it without HEARTBEAT_ if another configuration uses it';

// Kubernetes sets these in every pod beside a Service named `heartbeat` or `heartbeat-…`. One of them,
// HEARTBEAT_PORT=tcp://10.0.0.1:3519, has the name of an option, and only its value tells them apart.
const serviceLink = /^HEARTBEAT_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)$/;
const serviceLinkPort = /^(tcp|udp|sctp):\/\//;

/**
 * The values in the environment, and a problem for each unknown HEARTBEAT_ variable.
 *
 * @param used variables that something else reads
 */
export function readEnvironment(
  env: Environment,
  used: readonly string[],
): {
  readonly given: readonly Given[];
  readonly problems: readonly string[];
} {
  const ours = ([name, value]: [string, string | undefined]) =>
    name.startsWith('HEARTBEAT_') && value !== undefined && !isServiceLink(name, value);
  const variables = new Map(Object.entries(env).filter(ours));
  return {
    given: options.flatMap((option) => {
      const written = variables.get(option.variable);
      if (written === undefined) return [];
      const source = { kind: 'environment', name: option.variable } as const;
      return { option, value: fromText(option.notation, written), source };
    }),
    problems: [...variables.keys()]
      .filter((name) => !known.includes(name) && !OF_CLIENTS.includes(name) && !used.includes(name))
      .map((name) => `${name}: unknown variable${didYouMean(name, known) || UNSET}`),
  };
}

function isServiceLink(name: string, value: string): boolean {
  return serviceLink.test(name) || (name.endsWith('_PORT') && serviceLinkPort.test(value));
}
