import {
  CONFIG_VARIABLE,
  isServiceLink,
  KEY_VARIABLE,
  URL_VARIABLE,
  type Environment,
} from './client-variables.js';
import { fromText } from './value-kinds.js';
import { didYouMean } from '../views/did-you-mean.js';
import { options } from './schema.js';
import type { Given } from './value-source.js';

/** Variables of clients. A daemon may be started in the same environment. */
const OF_CLIENTS = [KEY_VARIABLE, URL_VARIABLE];

const known = [CONFIG_VARIABLE, ...options.map(({ variable }) => variable)];

/** A file may name a variable of any name for a secret, and another file in the same shell does not. */
const UNSET = '; unset it, or rename it without HEARTBEAT_ if another configuration uses it';

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
