import { expect } from 'chai';
import { SystemClock } from '../../src/adapters/clock/system-clock.js';
import { PostgresHistoryStore } from '../../src/adapters/postgres/postgres-history-store.js';
import type { Channel } from '../../src/ports/channel.js';
import { ServedDaemon } from '../http/support/served-daemon.js';
import { Disk } from '../support/model/disk.js';
import type { PostgresProcess } from '../support/postgres-process.js';
import { recordingChannel } from '../support/recording-channel.js';
import { SimulatedApp } from '../support/simulated-app.js';

const DATABASE = 'served';
/** Of a node for which none was chosen; in seconds. */
const TIMEOUT = 30;
/** Likewise. */
const RETRIES = 2;
const USERS = ['-9223372036854775808', '-1', '0', '42', '9223372036854775807'];
const [OPEN] = USERS;
const HOSTILE = "web/é '; --";
const MANY = Array.from({ length: 6 }, (_, index) => `many-${String(index)}`);

const SECONDS = (column: string): string => `floor(extract(epoch from ${column}))::float8`;

/** The rows of each function in the form in which the API shows them, as far as SQL reaches. */
const SESSIONS = `select ${SECONDS('online_at')} as online_at, ${SECONDS('offline_at')} as offline_at
  from heartbeat.sessions($1) as s order by s.online_at`;
const NODES = `select name, state, retries::float8, ${SECONDS('last_heartbeat')} as last_heartbeat,
    case jsonb_typeof(timeout) when 'object' then jsonb_build_object('adaptive', true,
      'min', (timeout ->> 'min')::float8 / 1000, 'max', (timeout ->> 'max')::float8 / 1000)
    when 'number' then to_jsonb((timeout)::text::float8 / 1000) end as timeout,
    case when schedule is not null then jsonb_strip_nulls(jsonb_build_object('cron', schedule -> 'cron',
      'time_zone', schedule -> 'time_zone', 'every', (schedule ->> 'every')::float8 / 1000,
      'grace', (schedule ->> 'grace')::float8 / 1000)) end as schedule,
    ${SECONDS('expected')} as next_expected, max_retries::float8, labels, channels, coalesce(depends_on, '[]') as depends_on,
    paused_at is not null as paused, ${SECONDS('since')} as since,
    acknowledged ->> 'by' as acknowledged_by, acknowledged ->> 'reason' as acknowledged_for,
    round(mean) / 1000 as mean, round(deviation) / 1000 as deviation, samples::float8
  from heartbeat.nodes() order by name collate "C"`;
const FLIPS = `select from_state as "from", to_state as "to", ${SECONDS('at')} as at,
    (extract(epoch from at) * 1000)::float8 as at_ms, cause, retries::float8, blind / 1000 as blind_seconds, reason
  from heartbeat.flips($1) as f order by f.at`;
const ALERTS = `select id, type, ${SECONDS('at')} as at, (extract(epoch from at) * 1000)::float8 as at_ms,
    node ->> 'name' as node, round(blind) / 1000 as blind_seconds, message, reason, reminder::float8, caused_by,
    (mass ->> 'count')::float8 as count, mass -> 'sample' as sample,
    jsonb_path_query_array("group", '$.nodes[*].name') as nodes, "group" -> 'alert_ids' as alert_ids,
    (select jsonb_object_agg(each ->> 'channel', jsonb_build_object('state', each -> 'state',
        'held_for', each -> 'hold', 'attempts', each -> 'attempts',
        'last_attempt', floor((each ->> 'last_attempt')::float8 / 1000), 'last_error', each -> 'last_error',
        'folded', each -> 'folds' -> 'count', 'alert_ids', each -> 'folds' -> 'ids'))
      from jsonb_array_elements(deliveries) as each) as channels
  from heartbeat.alerts() order by id desc`;

interface ShownNode {
  readonly name: string;
  readonly timeout: unknown;
  readonly max_retries: number;
  readonly schedule?: object;
  readonly next_expected?: number | null;
  readonly acknowledged: { readonly by: string; readonly reason?: string } | null;
  readonly phi?: number;
  readonly deadline: number | null;
  readonly caused_by?: string;
  readonly slug?: string;
  readonly ping_uuid: string;
  readonly started: number | null;
  readonly last_duration: number | null;
  readonly rhythm?: object;
}

/** Holds what the functions of the database show against what the API answers. */
export function describeSqlAndHttp(postgres: () => PostgresProcess): void {
  describe('the SQL functions, beside the HTTP API of a daemon', () => {
    let http: ServedDaemon;
    let disk: Disk;
    before(async () => {
      await postgres().createDatabase(DATABASE);
      const address = { ...postgres().address, database: DATABASE };
      const clock = new SystemClock();
      disk = new Disk((id = 'all') => new PostgresHistoryStore({ address, partition: id, clock }));
      const daemon = new SimulatedApp({
        store: disk.attach(),
        channels: [recordingChannel('ops').channel, failing('pager')],
        flags: {
          '--nodes-timeout': String(TIMEOUT),
          '--nodes-max-retries': String(RETRIES),
          '--alerts-mass-failure-at-least': '5',
          '--alerts-mass-failure-share': '0.3',
        },
      });
      daemon.clock.waitsFor = () => disk.busy > 0;
      http = await new ServedDaemon(daemon).serve();
      await live(http);
    });
    after(async () => {
      await http.stop();
      await disk.detach();
    });

    const ask = (text: string, values: unknown[] = []): Promise<object[]> =>
      postgres().query(text, values, DATABASE);
    const get = async <Found>(path: string): Promise<Found> => (await http.call('GET', path)).json as Found;

    it('show the sessions of each user', async () => {
      for (const id of [...USERS, '7']) {
        const { history } = await get<{ history: object[] }>(`/heart_rhythm/${id}`);
        const { deadline } = await get<{ deadline: number | null }>(`/users/${id}`);
        const rows = await ask(SESSIONS, [id]);
        expect(rows.map((row) => ({ ...row, ...openUntil(row, deadline) }))).to.deep.equal(history);
        expect(history.length).to.equal(id === '7' ? 0 : id === OPEN ? 3 : 2);
      }
    });

    it('show the nodes, whose statuses are those of the last checkpoint', async () => {
      const { nodes } = await get<{ nodes: ShownNode[] }>('/nodes?limit=1000');
      expect(nodes.map(({ name }) => name))
        .to.include(HOSTILE)
        .and.have.length(7 + MANY.length);
      expect(await ask(NODES)).to.deep.equal(nodes.map(asRow));
    });

    it('show the flips of each node', async () => {
      const { nodes } = await get<{ nodes: ShownNode[] }>('/nodes?limit=1000');
      let found = 0;
      for (const { name } of nodes) {
        const { flips } = await get<{ flips: object[] }>(
          `/nodes/${encodeURIComponent(name)}/flips?order=asc&limit=1000`,
        );
        expect((await ask(FLIPS, [name])).map(present), name).to.deep.equal(flips);
        found += flips.length;
      }
      expect(found).to.be.above(MANY.length);
    });

    it('show the alerts, with their state in each channel', async () => {
      const { alerts } = await get<{ alerts: { type: string; channels: object }[] }>('/alerts?limit=1000');
      const types = new Set(alerts.map(({ type }) => type));
      for (const type of ['node.failed', 'node.recovered', 'node.reported_failure', 'mass_failure'])
        expect([...types]).to.include(type);
      expect(JSON.stringify(alerts)).to.include('held_for').and.include('the pager is broken');
      expect((await ask(ALERTS)).map(present)).to.deep.equal(alerts.map(present));
    });
  });
}

/** Users and nodes come and go, fail, recover, and are taken care of. */
async function live(http: ServedDaemon): Promise<void> {
  const { clock } = http.daemon;
  const done = async (method: string, path: string, body?: unknown): Promise<void> => {
    const { status, text } = await http.call(method, path, body);
    expect(status, `${method} ${path}: ${text}`).to.be.within(200, 299);
    await clock.settle();
  };
  const node = (name: string): string => `/nodes/${encodeURIComponent(name)}`;
  for (const id of USERS) await done('PUT', `/heal/${id}`);
  await clock.advance(1_234);
  for (const id of USERS) await done('DELETE', `/heal/${id}`);
  await clock.advance(2_002);
  for (const id of USERS) await done('PUT', `/heal/${id}`);
  await clock.advance(10_000);

  await done('PUT', node('plain'));
  await done('PUT', node(HOSTILE), {
    timeout: 5,
    max_retries: 0,
    labels: { env: 'é"\\\' --' },
    channels: ['ops'],
    depends_on: ['plain'],
  });
  await done('PUT', node('nightly'), {
    schedule: { cron: ['0 4 * * 1-5', '@daily'], time_zone: 'Europe/Berlin', grace: 600 },
  });
  await done('PUT', node('hourly'), { schedule: { every: 3600, grace: 0.5 } });
  await done('PUT', `${node('hourly')}/heartbeat`);
  await done('PUT', node('learns'), { timeout: { adaptive: true, min: 1, max: 600 } });
  await done('PUT', node('paused'));
  await done('POST', `${node('paused')}/pause`);
  await done('PUT', node('reports'), { timeout: 3_600, max_retries: 5 });
  for (let beat = 0; beat < 4; beat++) {
    for (const name of ['plain', 'learns', 'reports']) await done('PUT', `${node(name)}/heartbeat`);
    await clock.advance(1_500 + 10 * beat);
  }
  await done('PUT', `${node(HOSTILE)}/heartbeat`);
  await done('POST', `${node('reports')}/fail`, { reason: `out of "memory"\n💥` });
  await done('POST', `${node('reports')}/acknowledge`, { by: 'ann', reason: 'looking' });
  await clock.advance(200_000);
  for (const name of MANY) await done('PUT', node(name), { timeout: 2, max_retries: 0 });
  await clock.advance(5_000);
  await done('PUT', `/heal/${String(OPEN)}`);
  await clock.advance(1_001);
}

/** Rejects each attempt. */
function failing(name: string): Channel {
  const { policy } = recordingChannel(name).channel;
  const notifier = {
    notify: () => Promise.reject(new Error('the pager is broken')),
    close: () => Promise.resolve(),
  };
  return { policy, notifier };
}

/** The API shows an open session with its deadline as its end. */
function openUntil(row: object, deadline: number | null): object {
  return 'offline_at' in row && row.offline_at === null ? { offline_at: deadline } : {};
}

/** What the functions show of a node: null for what was not chosen, and nothing that is only known in memory. */
function asRow({
  phi: _phi,
  deadline: _deadline,
  caused_by: _cause,
  slug: _slug,
  ping_uuid: _uuid,
  started: _started,
  last_duration: _duration,
  rhythm,
  acknowledged,
  ...node
}: ShownNode): object {
  return {
    ...node,
    timeout: node.timeout === TIMEOUT ? null : node.timeout,
    max_retries: node.max_retries === RETRIES ? null : node.max_retries,
    schedule: node.schedule ?? null,
    next_expected: node.next_expected ?? null,
    acknowledged_by: acknowledged?.by ?? null,
    acknowledged_for: acknowledged?.reason ?? null,
    mean: null,
    deviation: null,
    samples: null,
    ...(rhythm !== undefined && { ...rhythm, timeout: node.timeout }),
  };
}

/** Without what is null or empty, where the API leaves it out. */
function present(value: object): object {
  const entries = Object.entries(value).flatMap(([name, item]): [string, unknown][] => {
    if (item === null || (name === 'nodes' && Array.isArray(item) && item.length === 0)) return [];
    const isPlain = typeof item === 'object' && !Array.isArray(item);
    return [[name, isPlain ? present(item as object) : item]];
  });
  return Object.fromEntries(entries);
}
