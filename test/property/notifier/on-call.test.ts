import { expect } from 'chai';
import * as fc from 'fast-check';
import { parseNodeName } from '../../../src/domain/node-name.js';
import { SimulatedAlerts } from '../../support/simulated-alerts.js';

const NODES = ['switch', 'web', 'db'] as const;
const AFTER = 900;
const TIMEOUT = 30;

type Step =
  | { readonly kind: 'fail' | 'recover' | 'quiet' | 'loud'; readonly node: (typeof NODES)[number] }
  | { readonly kind: 'pass'; readonly seconds: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom('fail', 'recover', 'quiet', 'loud'), node: fc.constantFrom(...NODES) }),
  fc.record({ kind: fc.constant('pass'), seconds: fc.integer({ min: 1, max: 1200 }) }),
);

interface Failure {
  since: number;
  isQuiet: boolean;
}

describe('alerts for people on call', () => {
  it('escalate only unacknowledged failures, notify of a recovery only after its failure, and leave nothing open', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const alerts = await SimulatedAlerts.start({
          channels: { ops: {}, boss: { after: AFTER * 1000 } },
          remindEvery: 3_600_000,
          maxPerHour: 3600,
        });
        const failed = new Map<string, Failure>();
        const on = (node: string) => (node === 'switch' ? {} : { dependsOn: [parseNodeName('switch')!] });
        const play = async (each: Step): Promise<void> => {
          if (each.kind === 'pass') return alerts.pass(each.seconds);
          const { node } = each;
          const failure = failed.get(node);
          if (each.kind === 'fail' && failure === undefined) {
            failed.set(node, { since: alerts.clock.wall(), isQuiet: false });
            alerts.flip(node, 'inactive', 'failed', on(node));
          } else if (each.kind === 'recover' && failure !== undefined) {
            failed.delete(node);
            alerts.flip(node, 'failed', 'active', on(node));
          } else if (failure !== undefined) {
            failure.isQuiet = each.kind === 'quiet';
            alerts.failureStatus(node, failure.since, { isQuiet: failure.isQuiet, ...on(node) });
          }
          // No two flips of a node are at the same instant.
          await alerts.pass(1);
        };
        let heard = 0;
        for (const each of steps) {
          await play(each);
          for (const { channel, message, at } of alerts.delivered.slice(heard)) {
            if (channel !== 'boss' || message.type !== 'node.failed') continue;
            const late = at / 1000 - (message.at - (alerts.clock.wall() - alerts.clock.now()) / 1000);
            expect(late, 'not before its time').to.be.at.least(AFTER - 1);
          }
          heard = alerts.delivered.length;
        }
        for (const node of NODES) await play({ kind: 'recover', node });
        await alerts.pass(2 * AFTER + TIMEOUT);
        for (const channel of ['ops', 'boss']) {
          for (const node of NODES) {
            // Each notified recovery ends a notified failure.
            let isDown = false;
            for (const { message } of alerts.delivered.filter((seen) => seen.channel === channel)) {
              const names = message.node === undefined ? (message.nodes ?? []) : [message.node];
              if (!names.some(({ name }) => name === node)) continue;
              if (message.type === 'node.recovered') {
                expect(isDown, `${channel} hears of a recovery of ${node} only after its failure`).to.equal(
                  true,
                );
              }
              isDown = message.type !== 'node.recovered';
            }
            expect(isDown, `${channel} knows that ${node} is back`).to.equal(false);
          }
        }
        const states = await alerts.states();
        expect(states).to.not.include('pending').and.not.include('held');
        await alerts.stop();
      }),
      { numRuns: 60 },
    ));
});
