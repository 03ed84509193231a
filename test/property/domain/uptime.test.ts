import { expect } from 'chai';
import fc from 'fast-check';
import type { Flip, NodeState } from '../../../src/domain/node.js';
import type { SilenceId } from '../../../src/domain/silence.js';
import { instant } from '../../../src/domain/time.js';
import type { SilencedInterval } from '../../../src/domain/silence.js';
import { measure, noTime, ratioOf, type Past, type Uptime } from '../../../src/domain/uptime.js';
import { node } from '../../support/ids.js';

const LENGTH = 60;
const at = fc.nat(LENGTH + 20).map((moment) => instant(moment - 10));
const stretches = fc.array(
  fc.tuple(at, fc.nat(20)).map(([from, length]) => ({ from, to: instant(from + length) })),
  { maxLength: 5 },
);
const silences = fc.array(
  fc.record({
    id: fc.constant('01M8160K8C0000MBCVSRV9YN0E' as SilenceId),
    stretch: fc.tuple(at, fc.nat(20)),
    isMaintenance: fc.boolean(),
  }),
  { maxLength: 6 },
);
const NONE = { active: 0, inactive: 0, failed: 0, paused: 0, blind: 0, maintenance: 0, silenced: 0 };
const state = fc.constantFrom<NodeState>('active', 'inactive', 'failed');

const inOrderOf = <Stretch extends { from: number }>(all: readonly Stretch[]): Stretch[] =>
  all.toSorted((a, b) => a.from - b.from);

async function* inChunks<Item>(items: readonly Item[], size: number): AsyncGenerator<readonly Item[]> {
  for (let at = 0; at < items.length; at += size) yield await Promise.resolve(items.slice(at, at + size));
}

describe('the uptime of a node', () => {
  it('counts each millisecond once, by the state of the node, however the flips are divided into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        state,
        fc.uniqueArray(fc.tuple(fc.nat(LENGTH - 1), state), { selector: ([when]) => when, maxLength: 8 }),
        stretches,
        stretches,
        silences,
        fc.integer({ min: 1, max: 4 }),
        async (first, turns, pauses, blind, drawn, size) => {
          const silenced = drawn.map(({ id, stretch: [from, length], isMaintenance }) => ({
            id,
            from,
            to: instant(from + length),
            isMaintenance,
          }));
          const inOrder = turns.toSorted(([a], [b]) => a - b);
          const flips = inOrder.map(([when, to], index): Flip => ({
            node: node('ann'),
            from: inOrder[index - 1]?.[1] ?? first,
            to,
            at: instant(when),
            cause: 'report',
            retries: 0,
            blind: 0,
          }));
          const expected = { ...NONE };
          for (let now = 0; now < LENGTH; now++) {
            const within = ({ from, to }: { from: number; to: number }) => from <= now && now < to;
            const was = inOrder.findLast(([when]) => when <= now)?.[1] ?? first;
            const isPlanned = silenced.some((each) => each.isMaintenance && within(each));
            const unknown = pauses.some(within) ? 'paused' : blind.some(within) ? 'blind' : undefined;
            expected[unknown ?? (isPlanned ? 'maintenance' : was)]++;
            if (silenced.some((each) => !each.isMaintenance && within(each))) expected.silenced++;
          }
          const range = { from: instant(0), to: instant(LENGTH) };
          const past = {
            flips: inChunks(flips, size),
            pauses: inChunks(inOrderOf(pauses), size),
            blind: inChunks(inOrderOf(blind), size),
          };
          expect(await uptimeOf({ ...range, state: first }, past, inOrderOf(silenced))).to.deep.equal(
            expected,
          );
        },
      ),
    );
  });

  it('is the ratio of the observed time, and undefined without any', () => {
    const none = { ...NONE, paused: 5, blind: 5, maintenance: 5, silenced: 7 };
    expect(ratioOf(none)).to.equal(undefined);
    expect(ratioOf({ ...none, active: 2, inactive: 1, failed: 1 })).to.equal(0.75);
  });
});

async function uptimeOf(
  range: Parameters<typeof measure>[0],
  past: Past,
  silenced: readonly SilencedInterval[],
): Promise<Uptime> {
  const uptime = noTime();
  await measure(range, past, silenced, (what, from, to) => {
    uptime[what] += to - from;
  });
  return uptime;
}
