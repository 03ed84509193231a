import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { KIND } from '../../../src/adapters/history/format.js';
import type { StoredJob } from '../../../src/domain/job.js';
import { NOTHING_CHOSEN, type NodeStatus, type Registration } from '../../../src/domain/node.js';
import { instant } from '../../../src/domain/time.js';
import type { HistoryRecord } from '../../../src/ports/history-record.js';
import { collect } from '../../contract/history-store/reading.js';
import { node } from '../../support/ids.js';
import { withUnopenedStore } from '../../support/level-data.js';
import { withDatabase } from './support/raw.js';

const GOLDEN = new URL('format-5-pings.golden.txt', import.meta.url);
const KINDS: ReadonlySet<number> = new Set([
  KIND.PING_UUID,
  KIND.JOB,
  KIND.PING,
  KIND.PING_BODY,
  KIND.PING_AGE,
]);

const NODE = node('db ü');
const UUID = '5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278';
const RID = '728b3763-ea80-4113-9fc0-f49b3adf226a';
const JOB: StoredJob = {
  pings: 2,
  lastDuration: 1_500.25,
  runs: [
    { startedAt: instant(1_700_000_000_000), deadline: 3_600_000.5, blind: 2.5, isWatched: true },
    { rid: RID, startedAt: instant(-1), deadline: 60_000, blind: 0, isWatched: false },
  ],
};
const started = { n: 1, kind: 'start', at: instant(-1), rid: RID, method: 'GET', bytes: 0 } as const;
const ended = {
  n: 2,
  kind: 'exit',
  exitStatus: 255,
  at: instant(1_700_000_001_500),
  duration: 1_500.25,
  method: 'POST',
  bytes: 20_000,
} as const;
const BODY = Buffer.from('\x00\xffdisk full', 'latin1');

const registration: Registration = {
  name: NODE,
  registeredAt: instant(1_700_000_000_000),
  settings: { ...NOTHING_CHOSEN, grace: 3_600_000, slug: 'db' },
  pausedAt: undefined,
};
const status: NodeStatus = {
  state: 'active',
  retries: 0,
  since: instant(1_700_000_000_000),
  lastHeartbeat: undefined,
  deadline: 30_000,
  heardBlind: 0,
};
const RECORDS: readonly HistoryRecord[] = [
  { kind: 'registered', node: registration },
  { kind: 'statuses', nodes: [{ name: NODE, status }] },
  { kind: 'ping_uuids', uuids: [{ uuid: UUID, node: NODE }] },
  { kind: 'pinged', node: NODE, job: JOB, ping: { ...started, body: new Uint8Array() } },
  { kind: 'pinged', node: NODE, job: JOB, ping: { ...ended, body: BODY } },
];

/** Lines of `key => value and its checksum`, in hexadecimal. */
async function golden(): Promise<string[]> {
  const text = await readFile(GOLDEN, 'utf8');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => line.replaceAll(' ', '').replace('=>', ' => '));
}

describe('the format of pings', () => {
  const data = withUnopenedStore();

  it('is as it always was, and is read back', async () => {
    await data.store.open();
    await data.store.write(RECORDS);
    await data.store.close();
    const written = await withDatabase(data.path, (db) => db.iterator().all());
    const lines = written
      .filter(([key]) => KINDS.has(key[0] ?? 0))
      .map(([key, value]) => `${key.toString('hex')} => ${value.toString('hex')}`);
    expect(lines).to.deep.equal(await golden());
    await data.store.open();
    expect(await collect(data.store.nodes())).to.deep.equal([{ node: registration, status, job: JOB }]);
    expect(await collect(data.store.pings(NODE))).to.deep.equal([ended, started]);
    expect(await data.store.pingBody(NODE, 2)).to.deep.equal(BODY);
    expect(await data.store.nodeOfPing(UUID)).to.equal(NODE);
  });
});
