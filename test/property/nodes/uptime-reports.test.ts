import { expect } from 'chai';
import fc from 'fast-check';
import type { DescribedNode } from '../../../actors/node/node.protocol.js';
import { UptimeReports } from '../../../actors/node/uptime-reports.js';
import { NOTHING_CHOSEN, type Acknowledgement, type Flip, type NodeState } from '../../../src/domain/node.js';
import type { SilenceId } from '../../../src/domain/silence.js';
import { instant, type Instant } from '../../../src/domain/time.js';
import { UTC_DAY, utcDayOf, type UptimeDay } from '../../../src/domain/uptime-day.js';
import { uptimeDayFrom, uptimeDayKey, uptimeDayValue } from '../../../src/adapters/history/uptime-codec.js';
import { NodesReader } from '../../../actors/node/nodes-reader.js';
import { Slices } from '../../../src/runtime/slices.js';
import { node } from '../../support/ids.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

/** Everything happens at a full quarter of an hour, and so do changes of clocks. */
const QUARTER = 900_000;
const QUARTERS = 4 * 24 * 4;
/** Zones whose clocks change within a day or two of these instants. */
const PLACES = fc.constantFrom(
  ['Europe/Berlin', '2026-03-28T07:15:00Z'],
  ['Europe/Berlin', '2026-10-24T09:30:00Z'],
  ['Australia/Lord_Howe', '2026-04-03T10:00:00Z'],
  ['America/Sao_Paulo', '2018-11-02T11:00:00Z'],
  ['America/Havana', '2024-11-02T01:45:00Z'],
  ['Pacific/Apia', '2011-12-28T20:00:00Z'],
  ['UTC', '2026-02-27T23:45:00Z'],
);
const state = fc.constantFrom<NodeState>('active', 'inactive', 'failed');
const stretch = fc.tuple(fc.integer({ min: -20, max: QUARTERS }), fc.nat(60));
const NONE = { active: 0, inactive: 0, failed: 0, paused: 0, blind: 0, maintenance: 0, silenced: 0 };

async function* inChunks<Item>(items: readonly Item[], size: number): AsyncGenerator<readonly Item[]> {
  for (let at = 0; at < items.length; at += size) yield await Promise.resolve(items.slice(at, at + size));
}

describe('a report of uptime', () => {
  it('has in each day and month what a count of each quarter of an hour has, and each incident', async () => {
    await fc.assert(
      fc.asyncProperty(
        PLACES,
        fc.constantFrom<NodeState>('active', 'inactive'),
        fc.uniqueArray(fc.tuple(fc.integer({ min: -30, max: QUARTERS + 30 }), state), {
          selector: ([when]) => when,
          maxLength: 12,
        }),
        fc.array(stretch, { maxLength: 3 }),
        fc.array(stretch, { maxLength: 3 }),
        fc.array(fc.tuple(stretch, fc.boolean()), { maxLength: 4 }),
        fc.integer({ min: -40, max: 60 }),
        fc.integer({ min: 1, max: 5 }),
        async ([timeZone, iso], first, turns, pauses, blind, drawn, registered, size) => {
          const start = Date.parse(iso);
          const when = (quarter: number): Instant => instant(start + quarter * QUARTER);
          const spans = (all: readonly (readonly [number, number])[]) =>
            all
              .map(([from, length]) => ({ from: when(from), to: when(from + length) }))
              .sort((a, b) => a.from - b.from);
          const silenced = drawn
            .map(([[from, length], isMaintenance]) => ({
              id: '01M8160K8C0000MBCVSRV9YN0E' as SilenceId,
              from: when(from),
              to: when(from + length),
              isMaintenance,
            }))
            .sort((a, b) => a.from - b.from);
          const [paused, blinded] = [spans(pauses), spans(blind)];
          const flips = flipsOf(first, turns, when);
          const [from, to] = [when(0), when(QUARTERS)];
          const known = Math.max(from, when(registered));

          const expected = new Map<string, Record<string, number>>();
          for (let at = from; at < to; at = instant(at + QUARTER)) {
            const day = entry(expected, dateOf(timeZone, at));
            if (at < known) continue;
            const within = (span: { from: number; to: number }) => span.from <= at && at < span.to;
            const last = flips.findLast((flip) => flip.at <= at);
            const was = last?.to ?? flips[0]?.from ?? first;
            const isPlanned = silenced.some((each) => each.isMaintenance && within(each));
            const unknown = paused.some(within) ? 'paused' : blinded.some(within) ? 'blind' : undefined;
            add(day, unknown ?? (isPlanned ? 'maintenance' : was));
            if (silenced.some((each) => !each.isMaintenance && within(each))) add(day, 'silenced');
          }
          const failures = flips.flatMap((flip, index) => {
            if (flip.to !== 'failed' || flip.from === 'failed') return [];
            const end = flips
              .slice(index + 1)
              .find((each) => each.from === 'failed' && each.to !== 'failed')?.at;
            return flip.at < to && (end ?? Infinity) > known ? [{ from: flip.at, to: end }] : [];
          });

          const report = await reportsOf({ flips, paused, blinded, silenced, size, to }).ofNode(
            described(flips.at(-1)?.to ?? first, when(registered), flips.at(-1)?.at ?? when(registered)),
            { timeZone, from, to, most: 100 },
          );
          expect(report.days.map(({ name }) => name)).to.deep.equal([...expected.keys()]);
          for (const { name, uptime } of report.days) expect(uptime, name).to.deep.equal(expected.get(name));
          for (const part of ['days', 'months'] as const) {
            expect(report[part][0]?.from).to.equal(from);
            expect(report[part].at(-1)?.to).to.equal(to);
            for (const what of Object.keys(NONE) as (keyof typeof NONE)[])
              expect(sum(report[part].map(({ uptime }) => uptime[what]))).to.equal(report.uptime[what]);
          }
          expect(
            report.incidents.map(({ from: begin, to: end }) => ({ from: begin, to: end })),
          ).to.have.deep.members(failures);
          expect(report.incidentCount).to.equal(failures.length);
          expect(sum(report.days.map(({ incidents }) => incidents))).to.equal(
            failures.filter(({ from: begin }) => begin >= from).length,
          );
        },
      ),
    );
  });

  it('says the same of days whose flips were pruned, in any time zone', async () => {
    await fc.assert(
      fc.asyncProperty(
        PLACES,
        fc.constantFrom<NodeState>('active', 'inactive'),
        fc.uniqueArray(fc.tuple(fc.integer({ min: -30, max: QUARTERS + 30 }), state), {
          selector: ([when]) => when,
          maxLength: 16,
        }),
        fc.array(stretch, { maxLength: 3 }),
        fc.array(stretch, { maxLength: 3 }),
        fc.array(fc.tuple(stretch, fc.boolean()), { maxLength: 4 }),
        fc.integer({ min: -40, max: 60 }),
        fc.nat(6),
        fc.nat(900_000),
        async ([timeZone, iso], first, turns, pauses, blind, drawn, registered, days, shift) => {
          const start = Date.parse(iso);
          // Not at a full quarter of an hour: but the range is.
          const when = (quarter: number): Instant =>
            instant(start + quarter * QUARTER + ((shift * (quarter + 50)) % QUARTER));
          const spans = (all: readonly (readonly [number, number])[]) =>
            all
              .map(([from, length]) => ({ from: when(from), to: when(from + length + 1) }))
              .sort((a, b) => a.from - b.from);
          const [from, to] = [instant(start), instant(start + QUARTERS * QUARTER)];
          const told = {
            flips: flipsOf(
              first,
              turns.filter(([quarter]) => quarter > registered),
              when,
            ),
            paused: spans(pauses),
            blinded: spans(blind),
            silenced: drawn
              .map(([[begin, length], isMaintenance]) => ({
                id: '01M8160K8C0000MBCVSRV9YN0E' as SilenceId,
                from: when(begin),
                to: when(begin + length + 1),
                isMaintenance,
              }))
              .sort((a, b) => a.from - b.from),
            to,
          };
          const registeredAt = when(registered);
          const last = told.flips.at(-1);
          const ann = described(last?.to ?? first, registeredAt, last?.at ?? registeredAt);
          const flipsFrom = instant(utcDayOf(from) + days * UTC_DAY);
          const range = { from: instant(utcDayOf(from) - 2 * UTC_DAY), to: flipsFrom };
          const stored = (await readerOf(told).days(ann, range, told.blinded)).map((day) =>
            uptimeDayFrom(uptimeDayKey(ann.name, day.from), uptimeDayValue(day)),
          );
          const flips = told.flips.filter(({ at }) => at >= flipsFrom);
          const request = { timeZone, from, to, most: 100 };
          const expected = await reportsOf(told).ofNode(ann, request);
          const found = await reportsOf({ ...told, flips, stored: { days: stored, flipsFrom } }).ofNode(
            ann,
            request,
          );
          for (const part of ['days', 'months', 'uptime'] as const)
            expect(found[part], part).to.deep.equal(expected[part]);
          // Of an incident that reached into the range from before it, a stored day has the time alone.
          const reached = expected.incidents.filter(
            (incident) => incident.from < from && (flipsFrom >= to || (incident.to ?? to) <= flipsFrom),
          );
          expect(found.incidentCount).to.equal(expected.incidentCount - reached.length);
          const begun = (incidents: readonly { from: Instant }[]) =>
            incidents.filter((incident) => incident.from > flipsFrom);
          expect(begun(found.incidents)).to.deep.equal(begun(expected.incidents));
        },
      ),
    );
  });

  it('says of each incident how it was acknowledged, and lists the newest ones of many', async () => {
    const acknowledgements: Acknowledgement[] = [];
    const flips = Array.from({ length: 20 }, (_, index): Flip[] => {
      const at = instant(index * 10_000);
      if (index % 3 === 0) acknowledgements.push({ by: `ann ${index}`, at: instant(at + 1), since: at });
      return [flip('active', 'failed', at), flip('failed', 'active', instant(at + 5_000))];
    }).flat();
    const to = instant(200_000);
    const report = await reportsOf({ flips, to, acknowledgements }).ofNode(
      described('active', instant(0), instant(0)),
      { timeZone: 'UTC', from: instant(0), to, most: 7 },
    );
    expect(report.incidentCount).to.equal(20);
    expect(report.incidents.map(({ from, acknowledged }) => [from, acknowledged?.by])).to.deep.equal([
      [190_000, undefined],
      [180_000, 'ann 18'],
      [170_000, undefined],
      [160_000, undefined],
      [150_000, 'ann 15'],
      [140_000, undefined],
      [130_000, undefined],
    ]);
  });

  it('adds up many nodes, and lists the ones that had failed for longest', async () => {
    const flips = [flip('active', 'failed', instant(50_000))];
    const to = instant(100_000);
    const names = Array.from({ length: 1200 }, (_, index) => `n${String(index).padStart(4, '0')}`);
    // Those whose name has a 7 fail.
    const reports = reportsOf({ flips, to, names, failing: (name) => name.includes('7') });
    const report = await reports.ofNodes({}, { timeZone: 'UTC', from: instant(0), to, most: 3 }, () => true);
    const failing = names.filter((name) => name.includes('7'));
    expect(report.nodeCount).to.equal(1200);
    expect(report.uptime.failed).to.equal(failing.length * 50_000);
    expect(report.uptime.active).to.equal(1200 * 100_000 - failing.length * 50_000);
    expect(report.nodes.map(({ node: name }) => name)).to.deep.equal(failing.slice(0, 3));
    expect(report.incidentCount).to.equal(failing.length);
  });

  it('counts no deadline that has passed and was not noticed yet', async () => {
    const to = instant(100_000);
    const late = described('failed', instant(0), instant(99_990));
    const request = { timeZone: 'UTC', from: instant(10_000), to, most: 3 };
    const [earlier, failed] = [instant(2_000), instant(5_000)];
    for (const [flips, state] of [
      [[], 'active'],
      [[flip('active', 'inactive', earlier)], 'inactive'],
      [[flip('active', 'inactive', earlier), flip('inactive', 'failed', failed)], 'failed'],
    ] as const) {
      const { uptime } = await reportsOf({ flips, to, names: ['ann'] }).ofNode(late, request);
      expect(uptime[state], state).to.equal(90_000);
    }
  });

  it('is refused for more than 10,000 nodes, and given up once nobody waits for it', async () => {
    const names = Array.from({ length: 10_001 }, (_, index) => `n${index}`);
    const to = instant(1_000);
    const request = { timeZone: 'UTC', from: instant(0), to, most: 3 };
    const made = (all: readonly string[], isWanted: () => boolean) =>
      reportsOf({ flips: [], to, names: all }).ofNodes({}, request, isWanted);
    const refused: unknown = await made(names, () => true).catch((error: unknown) => error);
    expect(refused).to.include({ code: 'HEARTBEAT_INVALID_QUERY' });
    expect(String(refused)).to.include('more than 10000 nodes');
    expect((await made(names.slice(1), () => true)).nodeCount).to.equal(10_000);
    let asked = 0;
    const given: unknown = await made(names, () => ++asked < 3).catch((error: unknown) => error);
    expect(given).to.include({ code: 'HEARTBEAT_ANSWER_TIMEOUT' });
    expect(asked).to.equal(3);
  });
});

function flip(from: NodeState, to: NodeState, at: Instant): Flip {
  return { node: node('ann'), from, to, at, cause: 'report', retries: 0, blind: 0 };
}

function flipsOf(
  first: NodeState,
  turns: readonly (readonly [number, NodeState])[],
  when: (quarter: number) => Instant,
): readonly Flip[] {
  let before = first;
  return turns
    .toSorted(([a], [b]) => a - b)
    .flatMap(([quarter, to]) => {
      if (to === before) return [];
      const made = flip(before, to, when(quarter));
      before = to;
      return [made];
    });
}

function described(state: NodeState, registeredAt: Instant, since: Instant): DescribedNode {
  return {
    name: node('ann'),
    state,
    retries: 0,
    lastHeartbeat: undefined,
    timeout: 1,
    maxRetries: 0,
    labels: {},
    channels: undefined,
    settings: NOTHING_CHOSEN,
    registeredAt,
    since,
    deadline: undefined,
    pausedAt: undefined,
    acknowledged: undefined,
  };
}

interface Told {
  readonly flips: readonly Flip[];
  readonly to: Instant;
  /** Days that are stored, and from where flips are. */
  readonly stored?: { readonly days: readonly UptimeDay[]; readonly flipsFrom: Instant };
  readonly paused?: readonly { from: Instant; to: Instant }[];
  readonly blinded?: readonly { from: Instant; to: Instant }[];
  readonly silenced?: readonly { id: SilenceId; from: Instant; to: Instant; isMaintenance: boolean }[];
  readonly acknowledgements?: readonly Acknowledgement[];
  readonly names?: readonly string[];
  readonly failing?: (name: string) => boolean;
  readonly size?: number;
}

function readerOf({ flips, paused = [], silenced = [] }: Told): NodesReader {
  const none = () => inChunks([], 1);
  return new NodesReader({
    silenced: () => Promise.resolve(silenced),
    describe: (_names, answered) => {
      answered([]);
    },
    unstoredFlips: () => [],
    settled: () => Promise.resolve(),
    store: {
      nodeNames: none,
      flips: (_name, { from = -Infinity }) =>
        inChunks(
          flips.filter(({ at }) => at >= from),
          3,
        ),
      pauses: () => inChunks(paused, 2),
      blindBetween: none,
      uptimeDays: none,
      uptimeMarks: () => Promise.resolve({ storedTo: undefined, flipsFrom: undefined }),
    },
  });
}

function reportsOf({ size = 5, names = [], failing = () => true, ...told }: Told): UptimeReports {
  const nodes = names.map((name) => ({
    ...described(failing(name) ? 'failed' : 'active', instant(0), instant(0)),
    name: node(name),
  }));
  return new UptimeReports({
    slices: new Slices(new SimulatedClock()),
    silenced: () => Promise.resolve(told.silenced ?? []),
    reader: {
      list: (_filter, after, limit) => {
        const at = after === undefined ? 0 : nodes.findIndex(({ name }) => name === after) + 1;
        const page = nodes.slice(at, at + limit);
        return Promise.resolve({
          nodes: page,
          next: at + limit < nodes.length ? page.at(-1)?.name : undefined,
        });
      },
      flips: (name, { from = -Infinity, before = Infinity, order }) => {
        const own = failing(name) ? told.flips : [];
        const within = own.filter(({ at }) => at >= from && at < before);
        return inChunks(order === 'asc' ? within : within.toReversed(), size);
      },
      pauses: () => inChunks(told.paused ?? [], size),
    },
    store: {
      uptimeDays: (_name, { from, to }) =>
        inChunks(
          (told.stored?.days ?? []).filter((day) => day.from + UTC_DAY > from && day.from < to),
          size,
        ),
      uptimeMarks: () =>
        Promise.resolve({ storedTo: told.stored?.flipsFrom, flipsFrom: told.stored?.flipsFrom }),
      blindBetween: () =>
        inChunks(
          (told.blinded ?? []).map((each) => ({ ...each, cause: 'stalled' as const })),
          size,
        ),
      acknowledgements: (_name, { from, to: last }) =>
        inChunks(
          (told.acknowledgements ?? []).filter(({ since }) => since >= from && since <= last),
          size,
        ),
    },
  });
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** As the platform says it, without the code under test. */
function dateOf(timeZone: string, at: Instant): string {
  const format = formats.get(timeZone) ?? new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' });
  formats.set(timeZone, format);
  return format.format(at);
}

function entry(days: Map<string, Record<string, number>>, name: string): Record<string, number> {
  const day = days.get(name) ?? { ...NONE };
  days.set(name, day);
  return day;
}

function add(day: Record<string, number>, what: string): void {
  day[what] = (day[what] ?? 0) + QUARTER;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
