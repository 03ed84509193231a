import { expect } from 'chai';
import { COMMIT } from '../../../src/adapters/postgres/fenced-partition.js';
import { READING } from '../../../src/adapters/postgres/postgres-store.js';
import { Primary } from '../../../src/adapters/postgres/primary.js';
import { PostgresProcess } from '../../support/postgres-process.js';

/** As the daemon sends them, with their types and the values of a busy second. */
const STATEMENTS = [
  { name: 'get', text: READING.get, types: 'smallint, bytea[]', values: `1, ${keys('11', 125)}` },
  {
    name: 'forward',
    text: READING.forward,
    types: 'smallint, bytea, bytea, bigint',
    values: "1, '\\x11', '\\x12', 2000",
  },
  {
    name: 'reverse',
    text: READING.reverse,
    types: 'smallint, bytea, bytea, bigint',
    values: "1, '\\x10', '\\x11', 1",
  },
  {
    name: 'commit',
    text: COMMIT,
    types: 'smallint, bigint, bigint, bytea[], bytea[], bytea[]',
    values: `1, 1, 1, ${keys('12', 125)}, ${keys('12', 125)}, ${keys('11', 125)}`,
  },
];

/** The rows come from another node. */
const BY_PLACE = ['ModifyTable', 'Tid Scan'];

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly PlanNode[];
}

describe('the plans of PostgreSQL', () => {
  let postgres: PostgresProcess;
  let daemon: Primary;
  before(async () => {
    postgres = await PostgresProcess.start('fsync=off', 'autovacuum=off');
    await postgres.init();
    await postgres.query(
      "insert into heartbeat.partition (name, epoch, seq, owner) values ('all', 1, 0, 'me')",
    );
  });
  beforeEach(async () => {
    daemon = await Primary.connect(postgres.address);
    for (const { name, text, types } of STATEMENTS)
      await daemon.query({ text: `prepare ${name} (${types}) as ${text}` });
  });
  afterEach(() => daemon.end());
  after(() => postgres.remove());

  /** The scans in the plan of a query. */
  const waysIn = async (text: string): Promise<string[]> => {
    const { rows } = await daemon.query<{ 'QUERY PLAN': readonly { Plan: PlanNode }[] }>({
      text: `explain (format json) ${text}`,
    });
    return rows
      .flatMap((row) => row['QUERY PLAN'].flatMap(({ Plan }) => nodesOf(Plan)))
      .filter((node) => node['Relation Name'] === 'record' && !BY_PLACE.includes(node['Node Type']))
      .map((node) => `${node['Node Type']} by ${/\bkey\b/.test(node['Index Cond'] ?? '') ? 'key' : 'less'}`);
  };

  const stages: readonly [string, () => Promise<unknown>][] = [
    ['of a new table', () => Promise.resolve()],
    ['of a full one that nobody has analyzed', () => fill(postgres)],
    ['of one that is analyzed', () => postgres.query('analyze')],
  ];
  for (const [stage, prepare] of stages)
    it(`find records by their keys in the index ${stage}`, async () => {
      await prepare();
      for (const mode of ['force_custom_plan', 'force_generic_plan']) {
        await daemon.query({ text: `set plan_cache_mode = ${mode}` });
        for (const { name, values } of STATEMENTS)
          expect(await waysIn(`execute ${name} (${values})`), `${name}, ${mode}`).to.deep.equal([
            'Index Scan by key',
          ]);
      }
      // An analyst's session has its own planner settings.
      await daemon.query({ text: 'reset all' });
      for (const call of ["sessions('5')", "flips('web')"]) {
        const ways = await waysIn(`select * from heartbeat.${call}`);
        expect(new Set(ways.map((way) => way.replace(/.* by/, 'by'))), call).to.deep.equal(
          new Set(['by key']),
        );
      }
    });
});

function keys(kind: string, count: number): string {
  const all = Array.from(
    { length: count },
    (_, index) => `"\\\\x${kind}${index.toString(16).padStart(16, '0')}"`,
  );
  return `'{${all.join(',')}}'`;
}

function nodesOf(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

async function fill(postgres: PostgresProcess): Promise<void> {
  for (const kind of ['10', '11', '12'])
    await postgres.query(`insert into heartbeat.record
      select 1, '\\x${kind}'::bytea || int8send(number), '\\x0000000000000000'
      from generate_series(1, 20000) as number`);
}
