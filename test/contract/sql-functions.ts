import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { SystemClock } from '../../src/adapters/clock/system-clock.js';
import { Primary } from '../../src/adapters/postgres/primary.js';
import { PostgresHistoryStore } from '../../src/adapters/postgres/postgres-history-store.js';
import {
  ALERT_TYPES,
  DELIVERY_STATES,
  HOLDS,
  type AlertRecord,
  type Delivery,
} from '../../src/domain/alert.js';
import type { Flip, NodeStatus, Registration } from '../../src/domain/node.js';
import { parseNodeName, type NodeName } from '../../src/domain/node-name.js';
import type { KeptPing } from '../../src/domain/ping.js';
import type { HistoryRecord } from '../../src/ports/history-record.js';
import type { HistoryStore } from '../../src/ports/history-store.js';
import {
  anyInstant,
  anyText as anyTextId,
  anyUser,
  timeline,
} from '../property/history-store/arbitraries.js';
import { alertAt, alertId } from '../support/alert-records.js';
import { EFFORT } from '../support/effort.js';
import type { PostgresProcess } from '../support/postgres-process.js';
import { collect, historyOf, opened, openIn, session, user } from './history-store/reading.js';

const DATABASE = 'decoded';
const SESSION = session(1000, 2000);
/** As exact as a column. */
const MS = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`;

const SESSIONS = `select user_id, ${MS('online_at')} as online_at, ${MS('offline_at')} as offline_at`;
const NODES = `select name, state, retries::float8, ${MS('since')} as since, ${MS('last_heartbeat')} as last_heartbeat,
  mean, deviation, samples::float8, ${MS('registered_at')} as registered_at, timeout, max_retries::float8, labels,
  channels, ${MS('paused_at')} as paused_at, paused_failed, depends_on, registered_by, acknowledged
  from heartbeat.nodes()`;
const FLIPS = `select node, from_state, to_state, ${MS('at')} as at, cause, retries::float8, blind, reason`;
const ALERTS = `select id, type, ${MS('at')} as at, node, blind, message, reason, reminder, caused_by, mass,
  "group", deliveries from heartbeat.alerts()`;

const PINGS = `select node, n::float8, kind, ${MS('at')} as at, exit_status::float8, rid, duration, bytes::float8, method`;

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('\u0000', '\\', '"', "'", 'u0000', '\ud800', '\udc00', '💥', '%', '\n'),
  }),
  fc.constantFrom('', "'; drop schema heartbeat cascade; --", '$$', '{}', 'null', '\\u0000', '\\\\\u0000'),
);
const anyName: fc.Arbitrary<NodeName> = fc
  .oneof(anyText, fc.constant('x'.repeat(255)), fc.constant('é'.repeat(127)))
  .map((text) => parseNodeName(text))
  .filter((name) => name !== undefined);
const anyCount = fc.nat(2 ** 32 - 1);
/** The largest count stands for a field that is left out, and no heartbeat history has so many samples. */
const anySamples = fc.nat(2 ** 32 - 2);
const anyNumber = fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0);
const anyState = fc.constantFrom('active', 'inactive', 'failed');
// The API accepts no label with this name.
const anyKey = fc.string({ unit: 'grapheme' }).filter((key) => key !== '__proto__');
const anyLabels = fc.dictionary(anyKey, anyText, { maxKeys: 3 });
const anyTexts = fc.array(anyText, { maxLength: 3 });

const anySessions: fc.Arbitrary<HistoryRecord[]> = fc
  .uniqueArray(fc.tuple(fc.oneof(anyUser, anyTextId), timeline(4), anyInstant, fc.boolean()), {
    maxLength: 20,
    size: 'max',
    selector: ([id]) => id,
  })
  .map((users) =>
    users.flatMap(([id, sessions, at, isOpen]) => [
      ...sessions.map((times): HistoryRecord => ({ kind: 'ended', user: id, ...times, lastSeen: at })),
      ...(isOpen ? [opened(id, at)] : []),
    ]),
  );
const anyFlip = (node: NodeName): fc.Arbitrary<Flip> =>
  fc.record(
    {
      node: fc.constant(node),
      from: anyState,
      to: anyState,
      at: anyInstant,
      cause: fc.constantFrom('heartbeat', 'silence', 'report'),
      retries: anyCount,
      blind: fc.double({ noNaN: true }),
      reason: anyText.map((text) => `${text}.`),
    },
    { requiredKeys: ['node', 'from', 'to', 'at', 'cause', 'retries', 'blind'] },
  );
const anyTimeout = fc.option(
  fc.oneof(anyNumber, fc.record({ min: anyNumber, max: anyNumber, threshold: anyNumber })),
  { nil: undefined },
);
const anySettings = fc.record({
  timeout: anyTimeout,
  maxRetries: fc.option(anyCount, { nil: undefined }),
  labels: anyLabels,
  channels: fc.option(anyTexts, { nil: undefined }),
  dependsOn: fc.array(anyName, { maxLength: 3 }),
});
const anyRegistration = (name: NodeName): fc.Arbitrary<Registration> =>
  fc.record(
    {
      name: fc.constant(name),
      registeredAt: anyInstant,
      settings: anySettings,
      pausedAt: fc.option(anyInstant, { nil: undefined }),
      pausedFailed: fc.constant(true as const),
      registeredBy: anyText,
      acknowledged: fc.record(
        { by: anyText, reason: anyText, at: anyInstant, since: anyInstant, until: anyInstant },
        { requiredKeys: ['by', 'at', 'since'] },
      ),
    },
    { requiredKeys: ['name', 'registeredAt', 'settings', 'pausedAt'] },
  );
const anyStatus: fc.Arbitrary<NodeStatus> = fc
  .record({
    state: anyState,
    retries: anyCount,
    since: anyInstant,
    deadline: fc.double(),
    heardBlind: fc.double(),
    lastHeartbeat: fc.option(anyInstant, { nil: undefined }),
    learnt: fc.option(fc.record({ mean: fc.double(), deviation: fc.double(), samples: anySamples }), {
      nil: undefined,
    }),
  })
  .map(({ learnt, ...status }) =>
    learnt === undefined || status.lastHeartbeat === undefined
      ? status
      : { ...status, heartbeatHistory: learnt },
  );
const anyNodes: fc.Arbitrary<HistoryRecord[]> = fc
  .uniqueArray(anyName, { maxLength: 20, size: 'max', selector: (name) => safe(name) })
  .chain((names) =>
    fc.tuple(
      ...names.map((name) =>
        fc
          .tuple(
            anyRegistration(name),
            anyStatus,
            fc.uniqueArray(anyFlip(name), { maxLength: 4, selector: ({ at }) => at }),
          )
          .map(([node, status, flips]): HistoryRecord[] => [
            { kind: 'registered', node },
            { kind: 'statuses', nodes: [{ name, status }] },
            ...flips.map((flip): HistoryRecord => ({ kind: 'flip', flip })),
          ]),
      ),
    ),
  )
  .map((records) => records.flat());
const anyDelivery: fc.Arbitrary<Delivery> = fc
  .record({
    channel: anyText,
    state: fc.constantFrom(...DELIVERY_STATES),
    hold: fc.constantFrom(...HOLDS),
    attempts: anyCount,
    lastAttempt: anyInstant,
    lastError: fc.option(anyText, { nil: undefined }),
    since: anyInstant,
  })
  .map(({ hold, ...delivery }) => (delivery.state === 'held' ? { ...delivery, hold } : delivery));
const anyAlerts: fc.Arbitrary<HistoryRecord[]> = fc
  .array(
    fc.record({
      type: fc.constantFrom(...ALERT_TYPES),
      at: anyInstant,
      blind: anyNumber,
      message: anyText,
      reason: anyText,
      reminder: anyCount,
      causedBy: anyName,
      mass: fc.record({ count: anyCount, sample: fc.array(anyName, { maxLength: 3 }) }),
      deliveries: fc.array(anyDelivery, { maxLength: 4 }),
    }),
    { maxLength: 20, size: 'max' },
  )
  .map((alerts) => [
    {
      kind: 'alerts',
      records: alerts.map(({ deliveries, ...alert }, index): AlertRecord => ({
        alert: { ...alertAt(1_700_000_000_000), id: alertId(index, index), ...alert },
        deliveries,
      })),
    },
  ]);

const anyPing: fc.Arbitrary<KeptPing> = fc.record(
  {
    n: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    kind: fc.constantFrom('success', 'start', 'fail', 'log', 'exit'),
    at: anyInstant,
    exitStatus: fc.integer({ min: 0, max: 255 }),
    rid: fc.uuid(),
    duration: anyNumber,
    bytes: anyCount,
    method: fc.constantFrom('GET', 'HEAD', 'POST'),
    body: fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  },
  { requiredKeys: ['n', 'kind', 'at', 'bytes', 'method', 'body'] },
);
const pinged = (node: NodeName, ping: KeptPing): HistoryRecord => ({
  kind: 'pinged',
  node,
  job: { pings: ping.n, runs: [] },
  ping,
});
const rowOf = (node: NodeName, { body: _, exitStatus, rid, duration, ...ping }: KeptPing): object => ({
  node: safe(node),
  ...ping,
  exit_status: exitStatus ?? null,
  rid: rid ?? null,
  duration: duration ?? null,
});

/** Compares what the database's functions decode with what the store reads. */
export function describeSqlFunctions(postgres: () => PostgresProcess): void {
  describe('the SQL functions for analysts', () => {
    let primary: Primary;
    before(async () => {
      await postgres().createDatabase(DATABASE);
      primary = await Primary.connect({ ...postgres().address, database: DATABASE });
    });
    after(() => primary.end());

    const ask = async <Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> =>
      (await primary.query<Row & Record<string, unknown>>({ text, values })).rows;
    const forget = async (): Promise<void> => {
      await ask('delete from heartbeat.record');
      await ask('delete from heartbeat.partition');
    };
    const withRecords = async (
      records: readonly HistoryRecord[],
      check: (store: HistoryStore) => Promise<void>,
    ): Promise<void> => {
      const address = { ...postgres().address, database: DATABASE };
      const options = { address, partition: randomUUID(), clock: new SystemClock() };
      const store = new PostgresHistoryStore(options);
      await store.open();
      try {
        await store.write(records);
        await check(store);
      } finally {
        await store.close();
        await forget();
      }
    };

    it('show what the store reads, for random records', async () => {
      await fc.assert(
        fc.asyncProperty(anySessions, anyNodes, anyAlerts, (sessions, nodes, alerts) =>
          withRecords([...sessions, ...nodes, ...alerts], async (store) => {
            const users = [...sessions].flatMap((record) => ('user' in record ? [record.user] : []));
            const expected = (
              await Promise.all([...new Set(users)].map((id) => sessionsOf(store, id)))
            ).flat();
            expect(sorted(await ask(`${SESSIONS} from heartbeat.sessions()`))).to.deep.equal(
              sorted(expected),
            );
            expect(sorted(await ask(NODES))).to.deep.equal(sorted(await nodesOf(store)));
            expect(sorted(await ask(`${FLIPS} from heartbeat.flips()`))).to.deep.equal(
              sorted(await flipsOf(store)),
            );
            expect(sorted(await ask(ALERTS))).to.deep.equal(sorted(await alertsOf(store)));
          }),
        ),
        { numRuns: 5 * EFFORT, endOnFailure: true },
      );
    });

    it('show one user or node, and no other', async () => {
      const ids = ['-9223372036854775808', '-1', '0', '1', '9223372036854775807'].map(user);
      const names = ['a', 'ab', 'a\u0001', "a' or ''='", 'x'.repeat(255)].map((text) => parseNodeName(text)!);
      const records = [
        ...ids.flatMap((id): HistoryRecord[] => [{ kind: 'ended', user: id, ...SESSION }, opened(id, 3000)]),
        ...names
          .flatMap((name) => fc.sample(anyFlip(name), { numRuns: 2, seed: 1 }))
          .map((flip): HistoryRecord => ({ kind: 'flip', flip })),
      ];
      await withRecords(records, async (store) => {
        for (const id of ids) {
          const rows = await ask(`${SESSIONS} from heartbeat.sessions($1)`, [id]);
          expect(sorted(rows)).to.deep.equal(sorted(await sessionsOf(store, id)));
        }
        for (const name of names) {
          const rows = await ask<{ node: string }>(`${FLIPS} from heartbeat.flips($1)`, [name]);
          expect(rows.map(({ node }) => node)).to.deep.equal([name, name]);
        }
      });
      for (const [nobody, of] of [
        ['7', 'sessions'],
        [null, 'sessions'],
        ['b', 'flips'],
        ['x'.repeat(256), 'flips'],
      ])
        expect(await ask(`select * from heartbeat.${String(of)}($1)`, [nobody])).to.deep.equal([]);
    });

    it('show the pings of jobs, of all nodes and of one', async () => {
      const names = ['a', 'ab', "a' or ''='", 'é\u0001'].map((text) => parseNodeName(text)!);
      await fc.assert(
        fc.asyncProperty(fc.array(anyPing, { minLength: names.length, maxLength: 12 }), async (made) => {
          const pings = made.map((ping, index) => ({
            node: names[index % names.length]!,
            ping: { ...ping, n: index + 1 },
          }));
          const records = pings.map(({ node, ping }) => pinged(node, ping));
          await withRecords([...names.flatMap(registered), ...records], async () => {
            const rowsOf = (wanted: readonly NodeName[]) =>
              sorted(pings.flatMap(({ node, ping }) => (wanted.includes(node) ? [rowOf(node, ping)] : [])));
            expect(sorted(await ask(`${PINGS} from heartbeat.pings()`))).to.deep.equal(rowsOf(names));
            for (const name of names)
              expect(sorted(await ask(`${PINGS} from heartbeat.pings($1)`, [name]))).to.deep.equal(
                rowsOf([name]),
              );
          });
        }),
        { numRuns: 3 * EFFORT, endOnFailure: true },
      );
      for (const nobody of ['b', null, 'x'.repeat(256)])
        expect(await ask('select * from heartbeat.pings($1)', [nobody])).to.deep.equal([]);
    });

    it('refuse a record that is damaged, or a node without its status', async () => {
      const name = parseNodeName('web')!;
      const [flip] = fc.sample(anyFlip(name), 1);
      const [registration] = fc.sample(anyRegistration(name), 1);
      const [status] = fc.sample(anyStatus, 1);
      const records: HistoryRecord[] = [
        { kind: 'ended', user: user(1), ...SESSION },
        opened(user(2), 1000),
        { kind: 'registered', node: registration! },
        { kind: 'statuses', nodes: [{ name, status: status! }] },
        { kind: 'flip', flip: flip! },
        pinged(name, fc.sample(anyPing, 1)[0]!),
        { kind: 'alerts', records: [{ alert: alertAt(1000), deliveries: [] }] },
      ];
      const damage = (kind: string): string =>
        `update heartbeat.record set value = set_bit(value, 0, 1 - get_bit(value, 0)) where substr(key, 1, 1) = '\\x${kind}'`;
      for (const [of, ...damages] of [
        ['sessions', damage('10'), damage('11')],
        [
          'nodes',
          damage('20'),
          damage('21'),
          "delete from heartbeat.record where substr(key, 1, 1) = '\\x21'",
        ],
        ['flips', damage('22')],
        ['pings', damage('27')],
        ['alerts', damage('30')],
      ] as const)
        for (const damaging of damages)
          await withRecords(records, async () => {
            expect(await ask(`select * from heartbeat.${of}()`)).not.to.deep.equal([]);
            await ask(damaging);
            const error = await ask(`select count(*) from heartbeat.${of}()`).then(
              () => undefined,
              (refused: unknown) => refused,
            );
            expect(error, damaging).to.include({ code: 'XX001' });
          });
    });
  });
}

/** A node that has the least that one can have. */
function registered(name: NodeName): HistoryRecord[] {
  const [node] = fc.sample(anyRegistration(name), { numRuns: 1, seed: 1 });
  const [status] = fc.sample(anyStatus, { numRuns: 1, seed: 1 });
  return node === undefined || status === undefined
    ? []
    : [
        { kind: 'registered', node },
        { kind: 'statuses', nodes: [{ name, status }] },
      ];
}

async function sessionsOf(store: HistoryStore, id: ReturnType<typeof user>): Promise<object[]> {
  const ended = await historyOf(store, id);
  const open = (await openIn(store)).filter(({ user }) => user === id);
  return [
    ...ended.map(({ onlineAt, offlineAt }) => ({ user_id: id, online_at: onlineAt, offline_at: offlineAt })),
    ...open.map(({ onlineAt }) => ({ user_id: id, online_at: onlineAt, offline_at: null })),
  ];
}

async function nodesOf(store: HistoryStore): Promise<object[]> {
  return (await collect(store.nodes())).map(({ node, status }) => ({
    name: node.name,
    state: status.state,
    retries: status.retries,
    since: status.since,
    last_heartbeat: status.lastHeartbeat ?? null,
    mean: status.heartbeatHistory?.mean ?? null,
    deviation: status.heartbeatHistory?.deviation ?? null,
    samples: status.heartbeatHistory?.samples ?? null,
    registered_at: node.registeredAt,
    timeout: node.settings.timeout ?? null,
    max_retries: node.settings.maxRetries ?? null,
    labels: node.settings.labels,
    channels: node.settings.channels ?? null,
    paused_at: node.pausedAt ?? null,
    paused_failed: node.pausedFailed ?? false,
    depends_on: node.settings.dependsOn ?? null,
    registered_by: node.registeredBy ?? null,
    acknowledged: node.acknowledged ?? null,
  }));
}

async function flipsOf(store: HistoryStore): Promise<object[]> {
  const flips: Flip[] = [];
  for (const { node } of await collect(store.nodes()))
    flips.push(...(await collect(store.flips(node.name, { order: 'asc' }))));
  return flips.map(({ from, to, reason = null, ...flip }) => ({
    ...flip,
    from_state: from,
    to_state: to,
    reason,
  }));
}

async function alertsOf(store: HistoryStore): Promise<object[]> {
  return (await collect(store.alerts({}))).map(({ alert, deliveries }) => {
    const {
      node,
      causedBy = null,
      reason = null,
      reminder = null,
      mass = null,
      group = null,
      ...rest
    } = alert;
    return {
      ...rest,
      node: {
        name: node?.name,
        state: node?.state,
        retries: node?.retries,
        last_heartbeat: node?.lastHeartbeat,
        timeout: node?.timeout,
        max_retries: node?.maxRetries,
        labels: node?.labels,
      },
      caused_by: causedBy,
      reason,
      reminder,
      mass,
      group,
      deliveries: deliveries.map(({ lastAttempt, lastError, ...delivery }) => ({
        ...delivery,
        last_attempt: lastAttempt,
        ...(lastError !== undefined && { last_error: lastError }),
      })),
    };
  });
}

/** In one order, with texts that PostgreSQL can store. */
function sorted(rows: readonly object[]): string[] {
  return rows.map((row) => JSON.stringify(canonical(row))).sort();
}

function canonical(value: unknown): unknown {
  if (typeof value === 'string') return safe(value);
  // JSON has none of these values, so they are written as texts.
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(
    entries.map(([key, item]) => [safe(key), canonical(item)] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** PostgreSQL texts have no NUL, and UTF-8 has no lone surrogates. */
function safe(text: string): string {
  return Buffer.from(text).toString().replaceAll('\u0000', '\ufffd');
}
