import type { BatchSizeThresholds } from '../../client/emitter/batch-size.js';
import type { OnProbeFailure } from '../../client/emitter/emitter.js';
import type { Connection, GivenConnection } from '../daemon/connection.js';
import { urlProblems } from '../daemon/daemon-url.js';
import { decimal } from '../option-values.js';
import type { Seconds } from '../../domain/time.js';

/** The options of the command line, as text. */
export interface GivenEmitOptions extends GivenConnection {
  readonly nodes: string;
  readonly interval: string;
  readonly duration?: string;
  readonly maxConcurrent: string;
  readonly maxProbes: string;
  readonly batchSizes: string;
  readonly deadline: string;
  readonly onProbeFailure: string;
  readonly json?: boolean;
}

export interface EmitOptions {
  readonly url: string;
  readonly key: string | undefined;
  readonly nodes: string;
  readonly interval: Seconds;
  /** Undefined: until it is stopped. */
  readonly duration: Seconds | undefined;
  readonly maxConcurrent: number;
  readonly maxProbes: number;
  readonly thresholds: BatchSizeThresholds;
  readonly deadline: Seconds;
  readonly onProbeFailure: OnProbeFailure;
  readonly json: boolean;
}

const DAY: Seconds = 86_400;
const MOST_AT_ONCE = 10_000;
const LARGEST_BATCH = 1_000_000;

/** @returns the options, or all problems with them, a sentence each */
export function readEmitOptions(
  given: GivenEmitOptions,
  { url, key }: Connection,
): EmitOptions | readonly string[] {
  const problems: string[] = [...urlProblems(url)];
  const must = (holds: boolean, option: string, rule: string, value: string): void => {
    if (!holds) problems.push(`--${option} must be ${rule}, not '${value}'`);
  };
  const seconds = (option: string, text: string): Seconds => {
    const value = decimal(text);
    must(value >= 0.001 && value <= DAY, option, `a number of seconds between 0.001 and ${DAY}`, text);
    return value;
  };
  const whole = (option: string, text: string, most: number): number => {
    const value = decimal(text);
    must(
      Number.isInteger(value) && value >= 1 && value <= most,
      option,
      `a whole number from 1 to ${most}`,
      text,
    );
    return value;
  };
  const sizes = given.batchSizes.split(',').map(decimal);
  const areSizes = sizes.length === 3 && sizes.every((size) => Number.isInteger(size) && size >= 1);
  must(
    areSizes && sizes.every((size) => size <= LARGEST_BATCH),
    'batch-sizes',
    `three whole numbers, as 500,1000,5000`,
    given.batchSizes,
  );
  const { onProbeFailure } = given;
  const isKnown = onProbeFailure === 'skip' || onProbeFailure === 'report';
  must(isKnown, 'on-probe-failure', 'skip or report', onProbeFailure);
  const [small = 0, medium = 0, large = 0] = sizes;
  const options = {
    url: url ?? '',
    key,
    nodes: given.nodes,
    interval: seconds('interval', given.interval),
    duration: given.duration === undefined ? undefined : seconds('duration', given.duration),
    maxConcurrent: whole('max-concurrent', given.maxConcurrent, MOST_AT_ONCE),
    maxProbes: whole('max-probes', given.maxProbes, MOST_AT_ONCE),
    thresholds: { small, medium, large },
    deadline: seconds('deadline', given.deadline),
    json: given.json ?? false,
  };
  if (problems.length > 0 || !isKnown) return problems;
  return { ...options, onProbeFailure };
}
