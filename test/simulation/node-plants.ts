import type { Decision as NodeDecision, NodeRules } from '../../actors/node/decision.js';
import { decide as decideNode } from '../../actors/node/node.machine.js';
import { HeartbeatHistory } from '../../src/domain/heartbeat-history.js';
import type { Moment } from '../../src/domain/time.js';
import { nodeRules, timed, type Plant } from './plant.js';
import { replaced } from './replaced.js';

function withRetries(rules: NodeRules, maxRetries: number): NodeRules {
  return new Proxy(rules, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (name === 'maxRetries') return maxRetries;
      return typeof value === 'function'
        ? (...args: unknown[]) => Reflect.apply(value, target, args) as unknown
        : value;
    },
  });
}

const ADAPTIVE = { adaptive: { min: 500, max: 3000 }, nodeTimeout: 1000, maxRetries: 0 };

/** Faults in the liveness of nodes. */
export const NODE_PLANTS: readonly Plant[] = [
  {
    name: 'one-retry-less',
    breaks: 'A node fails one miss too early.',
    ports: nodeRules((state, lease, message, rules) =>
      decideNode(state, lease, message, withRetries(rules, rules.maxRetries - 1)),
    ),
  },
  {
    name: 'one-retry-more',
    breaks: 'A node fails one miss too late.',
    ports: nodeRules((state, lease, message, rules) =>
      decideNode(state, lease, message, withRetries(rules, rules.maxRetries + 1)),
    ),
  },
  {
    name: 'report-ignored',
    breaks: 'A failure that a node reports is confirmed, and nothing comes of it.',
    ports: nodeRules((state, lease, message, rules): NodeDecision =>
      message.kind === 'fail' && state.phase === 'known'
        ? decideNode(state, lease, timed(message, {}), rules).effects.some(({ kind }) => kind === 'flip')
          ? { state, effects: [{ kind: 'answer', reply: { kind: 'active' } }] }
          : decideNode(state, lease, message, rules)
        : decideNode(state, lease, message, rules),
    ),
  },
  {
    name: 'acknowledgement-ignored',
    breaks: 'An acknowledgement is confirmed, and nothing comes of it.',
    ports: nodeRules((state, lease, message, rules) =>
      message.kind === 'acknowledge'
        ? decideNode(state, lease, timed(message, { kind: 'describe' }), rules)
        : decideNode(state, lease, message, rules),
    ),
  },
  {
    name: 'adaptive-timeout-too-short',
    breaks: 'An adaptive timeout is a fifth too short.',
    faults: [],
    settings: ADAPTIVE,
    install: replaced(
      HeartbeatHistory,
      'timeout',
      (original) =>
        function (this: HeartbeatHistory, threshold: number) {
          return 0.8 * Reflect.apply<HeartbeatHistory, [number], number>(original, this, [threshold]);
        },
    ),
  },
  {
    name: 'outage-learnt',
    breaks: 'A node with an adaptive timeout learns an outage as an interval.',
    faults: [],
    settings: ADAPTIVE,
    install: replaced(
      HeartbeatHistory,
      'heard',
      (original) =>
        function (this: HeartbeatHistory, at: Moment) {
          Reflect.apply(original, this, [at, 1e9]);
        },
    ),
  },
  {
    name: 'stall-learnt',
    breaks: 'A node with an adaptive timeout learns a stall of the daemon as an interval.',
    faults: ['stall'],
    settings: ADAPTIVE,
    install: replaced(HeartbeatHistory, 'interrupt', () => () => undefined),
  },
];
