import { hash } from 'node:crypto';
import * as z from 'zod';
import type { NodeName } from '../../domain/node-name.js';
import type {
  KeptProbeResults,
  NodeProbe,
  NodeWithProbe,
  ProbeResult,
  ProbeTimings,
} from '../../domain/probe.js';
import { instant } from '../../domain/time.js';
import type { HeartbeatError } from '../../errors.js';
import type { OrderedStore } from '../../ports/ordered-store.js';
import { KIND } from './format.js';
import { storedInstant } from './json-columns.js';
import { probeSchema } from './probe-codec.js';
import { getManyOrDamaged } from './sealed-store.js';
import { DamagedRecord } from './store-errors.js';

/*
 * The last results of the probes of nodes.
 *
 * | key                 | value                                                  |
 * |---------------------|--------------------------------------------------------|
 * | PROBE_RESULTS, name | JSON: the fingerprint of the probe, and what it found  |
 */

/** Hexadecimal digits. */
const FINGERPRINT = 16;
/** Milliseconds are kept to a tenth. */
const tenths = z.number();

const schema = z.object({
  probe: z.string(),
  results: z.array(
    z.object({
      at: storedInstant.transform(instant),
      took: tenths,
      timings: z.record(z.string(), tenths),
      reason: z.string().optional(),
      status: z.int().optional(),
      certificate_days: z.int().optional(),
    }),
  ),
});

export function probeResultsKey(node: NodeName): Buffer {
  return Buffer.concat([Buffer.of(KIND.PROBE_RESULTS), Buffer.from(node)]);
}

export function probeResultsValue({ probe, results }: KeptProbeResults): Buffer {
  return Buffer.from(
    JSON.stringify({
      probe: fingerprintOf(probe),
      results: results.map(({ at, took, timings, reason, status, certificateDays }) => ({
        at,
        took: rounded(took),
        timings: Object.fromEntries(
          Object.entries(timings).map(([part, ms]: [string, number]) => [part, rounded(ms)]),
        ),
        reason,
        status,
        certificate_days: certificateDays,
      })),
    }),
  );
}

/** @throws DamagedRecord if it cannot be read */
export function probeResultsFrom(
  key: Buffer,
  value: Buffer,
): { readonly fingerprint: string; readonly results: readonly ProbeResult[] } {
  try {
    const { probe: fingerprint, results } = schema.parse(JSON.parse(value.toString()));
    return { fingerprint, results: results.map(resultFrom) };
  } catch (error) {
    throw new DamagedRecord(key, { cause: error });
  }
}

function resultFrom({
  at,
  took,
  timings,
  reason,
  status,
  certificate_days: certificateDays,
}: z.output<typeof schema>['results'][number]): ProbeResult {
  return {
    at,
    took,
    timings: timings satisfies ProbeTimings,
    ...(reason !== undefined && { reason }),
    ...(status !== undefined && { status }),
    ...(certificateDays !== undefined && { certificateDays }),
  };
}

/**
 * What these probes have found. Nothing else depends on it, so a damaged record is left out.
 *
 * @param damaged called for each
 */
export async function storedProbeResults(
  store: OrderedStore,
  probed: readonly NodeWithProbe[],
  damaged: (error: HeartbeatError) => void,
): Promise<readonly KeptProbeResults[]> {
  const keys = probed.map(({ node }) => probeResultsKey(node));
  const values = await getManyOrDamaged(store, keys);
  return probed.flatMap(({ node, probe }, index): KeptProbeResults[] => {
    const [key, value] = [keys[index], values[index]];
    if (key === undefined || value === undefined) return [];
    try {
      if (value === 'damaged') throw new DamagedRecord(key);
      const { fingerprint, results } = probeResultsFrom(key, value);
      return fingerprint === fingerprintOf(probe) ? [{ node, probe, results }] : [];
    } catch (error) {
      if (!(error instanceof DamagedRecord)) throw error;
      damaged(error);
      return [];
    }
  });
}

/** Tells one probe of a node from another, in whatever order its fields are given. */
function fingerprintOf(probe: NodeProbe): string {
  return hash('sha256', JSON.stringify(probeSchema.parse(probe)), 'hex').slice(0, FINGERPRINT);
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
