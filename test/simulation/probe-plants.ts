import { withDeadline } from '../../actors/node/decision.js';
import { decide } from '../../actors/node/node.machine.js';
import { REFUSED } from './world/sites.js';
import { nodeRules, timed, type Plant } from './plant.js';

/** Nodes that are probed, and whose servers are often down. */
const PROBED = { sites: 2, nodeTimeout: 1000, maxRetries: 0 };

/** Faults planted in how probes count. */
export const PROBE_PLANTS: readonly Plant[] = [
  {
    name: 'missed-without-a-failed-probe',
    breaks: 'A node whose probe did not run misses its deadline.',
    settings: PROBED,
    ports: nodeRules((state, lease, message, rules) => {
      const isProbed = state.phase !== 'unknown' && state.registration.settings.probe !== undefined;
      const probeFailure = lease.probeFailure ?? REFUSED;
      const planted = { ...withDeadline(lease, lease.deadline), probeFailure };
      return decide(state, isProbed ? planted : lease, message, rules);
    }),
  },
  {
    name: 'failed-probe-at-once',
    breaks: 'A node fails with the first probe that fails, and not by its timeout.',
    settings: PROBED,
    ports: nodeRules((state, lease, message, rules) =>
      message.kind === 'probed' && message.failure !== undefined
        ? decide(state, lease, timed(message, { kind: 'fail', reason: message.failure }), rules)
        : decide(state, lease, message, rules),
    ),
  },
  {
    name: 'failed-probe-forgotten',
    breaks: 'A node does not fail, however often its probe does.',
    faults: [],
    settings: PROBED,
    ports: (ports) => ({
      ...ports,
      startProber: ({ heard, ...listener }) => {
        if (ports.startProber === undefined) throw new TypeError('there is no prober');
        return ports.startProber({
          ...listener,
          heard: ({ results, ...report }) => {
            heard({ ...report, results: results.filter(({ result }) => result.reason === undefined) });
          },
        });
      },
    }),
  },
];
