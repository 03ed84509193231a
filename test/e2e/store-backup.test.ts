import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { SystemClock } from '../../src/adapters/clock/system-clock.js';
import { LevelHistoryStore } from '../../src/adapters/level/level-history-store.js';
import { parseStoreLocation } from '../../src/adapters/store-location.js';
import { initStore, storesAt } from '../../src/adapters/stores.js';
import { instant } from '../../src/domain/time.js';
import { ended, opened, user } from '../contract/history-store/reading.js';
import { type DaemonProcess, HEARTBEAT, ROOT } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { PostgresProcess } from '../support/postgres-process.js';
import { TestResources } from '../support/test-resources.js';
import { withDatabase } from '../unit/level/support/raw.js';

const AT = 1_763_000_000_000;
/** Enough for a backup to take a while. */
const MANY = 20_000;
/** Users who come online during a backup, at most. */
const MOST = 150_000;

/** A history that is divided is not backed up. */
const ALONE = { partitions: 1 };

interface Said {
  readonly records: number;
  readonly sha256: string;
  readonly verified?: boolean;
  readonly verdict?: string;
}

describe('heartbeat store backup', () => {
  const resources = new TestResources();
  let postgres: PostgresProcess;
  let made = 0;
  before(async () => {
    postgres = await PostgresProcess.start('fsync=off');
  });
  afterEach(() => resources.clear());
  after(() => postgres.remove());

  const fresh = (): string => path.join(resources.directory(), 'new');
  const database = async (): Promise<string> => {
    const name = `backup${String(made++)}`;
    await postgres.createDatabase(name);
    return `postgres://postgres@127.0.0.1:${String(postgres.port)}/${name}`;
  };
  async function history(sessions: number): Promise<string> {
    const directory = resources.directory();
    const store = new LevelHistoryStore(directory);
    await store.open();
    for (let id = 0; id < sessions; id += 5_000)
      await store.write(
        Array.from({ length: Math.min(5_000, sessions - id) }, (_, more) =>
          ended(user(id + more), AT, AT + more),
        ),
      );
    await store.write([opened(user(-1), AT), { kind: 'watermark', at: instant(AT + 1_000) }]);
    await store.close();
    return directory;
  }
  const store = (...given: readonly string[]): Promise<DaemonProcess> =>
    resources.heartbeat(['store', ...given]);
  async function done(...given: readonly string[]): Promise<Said> {
    const command = await store(...given, '--json');
    expect([command.stderr, (await command.ended).code], given.join(' ')).to.deep.equal(['', 0]);
    return JSON.parse(command.stdout) as Said;
  }
  async function refused(code: number, ...given: readonly string[]): Promise<string> {
    const command = await store(...given);
    expect([(await command.ended).code, command.stdout], command.stderr).to.deep.equal([code, '']);
    return command.stderr;
  }

  it('while the daemon runs under load has all that was acknowledged before it began, and nothing else', async () => {
    const directory = resources.directory();
    const daemon = await resources.daemon(directory, { ...ALONE, 'session-timeout': 3_600 });
    const acknowledged = new Set<number>();
    const sent = new Set<number>();
    const gone = new Set<number>();
    let isOver = false;
    const load = async (first: number): Promise<void> => {
      for (let id = first; !isOver && id < MOST; id += 1_000) {
        const ids = Array.from({ length: 500 }, (_, more) => id + more);
        for (const one of ids) sent.add(one);
        const answer = await fetch(`${daemon.url}/heal`, { method: 'POST', body: JSON.stringify(ids) });
        expect(answer.status).to.equal(200);
        const { rejected } = (await answer.json()) as { rejected: { index: number }[] };
        const refusedOnes = new Set(rejected.map(({ index }) => index));
        for (const [index, one] of ids.entries()) if (!refusedOnes.has(index)) acknowledged.add(one);
        const goodbye = await fetch(`${daemon.url}/heal/${String(id)}`, { method: 'DELETE' });
        if (goodbye.status === 200 && acknowledged.delete(id)) gone.add(id);
      }
    };
    const loads = [load(0), load(500)];
    await eventually(() => expect(acknowledged.size).to.be.above(10_000));
    const [before, goneBefore] = [[...acknowledged], [...gone]];
    const file = path.join(directory, 'under-load.ndjson');
    await done('backup', file, '--url', daemon.url);
    isOver = true;
    await Promise.all(loads);
    await daemon.kill();
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    const to = fresh();
    expect((await done('restore', file, '--data-dir', to)).verified).to.equal(true);
    expect((await done('verify', '--data-dir', to)).verdict).to.equal('whole');
    const restored = new LevelHistoryStore(to);
    await restored.open();
    const found = new Set<number>();
    for await (const chunk of restored.openSessions()) for (const one of chunk) found.add(Number(one.user));
    await restored.close();
    expect(before.filter((id) => !found.has(id) && !gone.has(id))).to.deep.equal([]);
    expect(goneBefore.filter((id) => found.has(id))).to.deep.equal([]);
    expect(goneBefore).not.to.deep.equal([]);
    expect([...found].filter((id) => !sent.has(id))).to.deep.equal([]);
    const again = await resources.daemon(to, { ...ALONE, 'session-timeout': 3_600, store: 'leveldb' });
    const answer = await fetch(`${again.url}/checkup/${String(before.find((id) => found.has(id)))}`);
    expect(((await answer.json()) as { status: string }).status).to.equal('online');
  });

  it('goes from LevelDB to PostgreSQL and back, and has the same checksum there', async () => {
    const from = await history(50);
    const [over, to, file] = [await database(), fresh(), path.join(resources.directory(), 'b.ndjson.gz')];
    const first = await done('backup', file, '--data-dir', from);
    expect(gunzipSync(readFileSync(file)).toString()).to.match(/^\{"heartbeat":"history"/);
    expect((await done('restore', file, '--store', over)).sha256).to.equal(first.sha256);
    expect((await done('verify', '--store', over)).verdict).to.equal('whole');
    const second = path.join(resources.directory(), 'x.ndjson');
    const exported = await done('export', second, '--store', over);
    expect(exported).to.include({ records: first.records, sha256: first.sha256 });
    expect(readFileSync(second, 'utf8')).to.include('{"record":"session of user 7 from ');
    expect((await done('import', second, '--data-dir', to)).sha256).to.equal(first.sha256);
    const records = await withDatabase(from, (db) => db.iterator().all());
    expect(await withDatabase(to, (db) => db.iterator().all())).to.deep.equal(records);
  });

  it('is of one moment, also of a database that is written to meanwhile', async () => {
    const url = await database();
    for (const place of [url, fresh()]) {
      const location = parseStoreLocation(place);
      if (location.kind === 'postgres') await initStore(location.address);
      const written = storesAt(location, 1, { clock: new SystemClock() }).storeOf(undefined);
      await written.open();
      await written.write(Array.from({ length: 2_000 }, (_, id) => ended(user(id), AT, AT + 1)));
      let text = '';
      let pieces = 0;
      for await (const piece of written.backup(instant(AT)) ?? []) {
        text += piece;
        if (pieces++ > 0) continue;
        await written.write([opened(user(100_000), AT)]);
        expect(await written.prune(instant(AT + 2), 2_000)).to.equal(2_000);
      }
      await written.close();
      expect(pieces).to.be.above(3);
      expect(text.match(/"key":"10/g)).to.have.length(2_000);
      expect(text, place).not.to.include('"key":"11');
    }
  });

  it('leaves no unfinished file under its name, and goes on with an export that was broken off', async () => {
    const file = path.join(resources.directory(), 'b.ndjson');
    /** @returns a history so long that the signal came before the end, on any machine */
    const interrupted = async (
      command: 'backup' | 'export',
      signal: 'SIGINT' | 'SIGKILL',
    ): Promise<string> => {
      for (let sessions = MANY; ; sessions *= 2) {
        const from = await history(sessions);
        const child = resources.run({
          command: [process.execPath, HEARTBEAT, 'store', command, file, '--data-dir', from],
        });
        await eventually(
          () => {
            if (child.running) expect(statSync(`${file}.partial`).size).to.be.above(0);
          },
          { every: 2 },
        );
        child.signal(signal);
        const { code } = await child.ended;
        if (existsSync(file)) {
          expect((await done('restore', file, '--data-dir', fresh())).verified).to.equal(true);
          rmSync(file);
          continue;
        }
        if (signal === 'SIGINT') expect([code, child.stderr]).to.deep.equal([1, 'heartbeat: interrupted\n']);
        return from;
      }
    };
    await interrupted('backup', 'SIGINT');
    expect(readdirSync(path.dirname(file))).to.deep.equal([]);
    const from = await interrupted('export', 'SIGKILL');
    const left = statSync(`${file}.partial`);
    const { records } = await done('export', file, '--data-dir', from);
    expect(records).to.be.above(2 * MANY);
    expect(statSync(file)).to.include({ ino: left.ino });
    expect((await done('restore', file, '--data-dir', fresh())).records).to.equal(records);
  });

  it('names files by time in a directory, and keeps as many as it is told', async () => {
    const from = await history(5);
    const directory = resources.directory();
    for (const name of [
      'heartbeat-20200101T000000Z.ndjson.gz',
      'heartbeat-20210101T000000Z.ndjson.gz',
      'mine.gz',
    ])
      writeFileSync(path.join(directory, name), '');
    const command = await store('backup', directory, '--data-dir', from, '--keep', '2');
    expect(await command.ended).to.include({ code: 0 });
    expect(command.stdout).to.match(/\nremoved heartbeat-20200101T000000Z\.ndjson\.gz\n$/);
    const names = readdirSync(directory).toSorted();
    expect(names).to.have.length(3);
    expect(names[1]).to.match(/^heartbeat-20\d{6}T\d{6}Z\.ndjson\.gz$/);
    const child = resources.run({
      command: [
        process.execPath,
        HEARTBEAT,
        'store',
        'backup',
        directory,
        '--data-dir',
        from,
        '--every',
        '1',
      ],
    });
    await eventually(() => expect(child.stdout).to.include('backed up'));
    // It is not a file that then has its name.
    renameSync(directory, fresh());
    await eventually(() => expect(child.stderr).to.include(`there is no directory ${directory}`));
    child.signal('SIGTERM');
    expect(await child.ended).to.include({ code: 1 });
    expect(existsSync(directory)).to.equal(false);
  });

  it('is not restored if it is torn, changed or something else, or where anything else is', async () => {
    const from = await history(200);
    const directory = resources.directory();
    const file = path.join(directory, 'b.ndjson.gz');
    await done('backup', file, '--data-dir', from);
    const whole = readFileSync(file);
    const plain = gunzipSync(whole);
    for (const [bytes, said] of [
      [whole.subarray(0, whole.length - 9), /b is damaged: it is torn or changed/],
      [plain.subarray(0, plain.length - 200), /b is damaged: (?:it is torn|line \d+ is no record)/],
      [Buffer.from('id,name\n'), /b is no backup of Heartbeat/],
    ] as const) {
      const broken = path.join(directory, 'b');
      writeFileSync(broken, bytes);
      const to = fresh();
      expect(await refused(1, 'restore', broken, '--data-dir', to)).to.match(said);
      expect(existsSync(to)).to.equal(false);
    }
    expect(await refused(1, 'restore', file, '--data-dir', from)).to.match(
      /is not empty: choose an empty one/,
    );
    const to = fresh();
    expect(await refused(1, 'restore', '/no/such/b', '--data-dir', to)).to.equal(
      'heartbeat: /no/such/b cannot be read: there is no such file\n',
    );
    // On the standard input it is known at the end that it is torn.
    const script = 'head -c 3000 "$1" | "$2" "$3" store restore - --data-dir "$4"';
    const given = [path.join(directory, 'plain'), process.execPath, HEARTBEAT, to];
    writeFileSync(path.join(directory, 'plain'), plain);
    const piped = resources.run({ command: ['sh', '-c', script, 'sh', ...given] });
    expect(await piped.ended).to.include({ code: 1 });
    expect(piped.stderr).to.match(/^heartbeat: the standard input is damaged: /);
    const daemon = resources.run({
      command: [process.execPath, HEARTBEAT, 'start', '--port', '0', '--data-dir', to],
    });
    await daemon.ended;
    expect(daemon.stderr).to.include('is not finished: run heartbeat store restore again');
    expect((await done('restore', file, '--data-dir', to)).verified).to.equal(true);
  });

  it('stops at a signal though nothing comes on the standard input', async () => {
    const to = fresh();
    const waiting = spawn(process.execPath, [HEARTBEAT, 'store', 'restore', '-', '--data-dir', to], {
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    resources.onClear(() => {
      waiting.kill('SIGKILL');
    });
    let said = '';
    waiting.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const closed = once(waiting, 'close');
    const from = await history(1);
    const file = path.join(resources.directory(), 'b.ndjson');
    await done('backup', file, '--data-dir', from);
    waiting.stdin.write(readFileSync(file, 'utf8').split('\n').slice(0, 2).join('\n') + '\n');
    await eventually(() => expect(existsSync(to)).to.equal(true));
    waiting.kill('SIGTERM');
    await closed;
    expect([waiting.exitCode, said]).to.deep.equal([1, 'heartbeat: interrupted\n']);
  });

  it('needs the daemon where one runs, and says so', async () => {
    const from = resources.directory();
    const daemon = await resources.daemon(from, { ...ALONE, store: 'leveldb' });
    const file = path.join(resources.directory(), 'b.ndjson');
    for (const command of [['backup', file], ['verify'], ['compact']])
      expect(await refused(1, ...command, '--data-dir', from)).to.match(
        /^heartbeat: another daemon, process \d+, owns \S+: (?:ask it with --url, or stop it|stop it first)\n$/,
      );
    const to = fresh();
    for (const command of [
      ['copy', from, to],
      ['repair', to, '--data-dir', from],
    ])
      expect(await refused(1, ...command)).to.match(
        /^heartbeat: another daemon, process \d+, owns \S+: stop it first\n$/,
      );
    expect((await done('verify', '--url', daemon.url)).verdict).to.equal('whole');
    const divided = await resources.daemon(resources.directory(), { partitions: 4, store: 'leveldb' });
    expect(await refused(1, 'backup', file, '--url', divided.url)).to.match(
      /^heartbeat: there is no backup of a history that is in memory, or divided into partitions/,
    );
    expect(await refused(1, 'backup', file, '--url', `${daemon.url}/nowhere`)).to.match(
      /^heartbeat: not found\n {2}There is no GET \/store\/backup at this URL/,
    );
    expect(await refused(1, 'backup', file, '--url', 'http://127.0.0.1:1')).to.match(
      /got no answer from http:\/\/127\.0\.0\.1:1: .*\n {2}Is it running there/,
    );
    const wrong = [
      ['backup', file, '--url', daemon.url, '--data-dir', from],
      ['backup', file, '--data-dir', from, '--every', '60'],
      ['backup', path.dirname(file), '--data-dir', from, '--keep', '0'],
      ['restore', file, '--data-dir', 'postgres://a@b/c'],
      ['verify', '--store', from],
    ];
    await Promise.all(wrong.map((given) => refused(64, ...given)));
    expect(readdirSync(path.dirname(file))).to.deep.equal([]);
  });

  it('says of a full disk that there is no room, and leaves nothing', async () => {
    const from = await history(MANY);
    const disk = path.join(resources.directory(), 'disk');
    mkdirSync(disk);
    const file = path.join(disk, 'b.ndjson');
    // Its records are in a table, so opening it writes little.
    const again = new LevelHistoryStore(from);
    await again.open();
    await again.close();
    // A limit on the size of files is met as a full disk is.
    const child = resources.run({
      command: [
        'sh',
        '-c',
        'trap "" XFSZ; ulimit -f 200; exec "$@"',
        'sh',
        process.execPath,
        HEARTBEAT,
        'store',
        'backup',
        file,
        '--data-dir',
        from,
      ],
    });
    expect(await child.ended).to.include({ code: 1 });
    expect(child.stderr).to.match(/^heartbeat: EFBIG/);
    expect(readdirSync(disk)).to.deep.equal([]);
  });

  it('gives back the space of what was deleted', async () => {
    const from = await history(MANY);
    const written = new LevelHistoryStore(from);
    await written.open();
    for (let left = MANY; left > 0; left -= 1_000) await written.prune(instant(AT + 10_000), 1_000);
    await written.close();
    const compacted = (await done('compact', '--data-dir', from)) as unknown as Record<string, number>;
    expect(compacted['bytes_after']).to.be.below((compacted['bytes_before'] ?? 0) / 5);
    expect((await done('verify', '--data-dir', from)).verdict).to.equal('whole');
  });

  it('does what its page says, in this order', async () => {
    const page = readFileSync(path.join(ROOT, 'docs', 'backup.md'), 'utf8');
    const place = resources.directory();
    const data = path.join(place, 'data');
    for (const name of ['bin', 'backups', 'data']) mkdirSync(path.join(place, name));
    const command = `#!/bin/sh\nexec ${process.execPath} ${HEARTBEAT} "$@"\n`;
    writeFileSync(path.join(place, 'bin', 'heartbeat'), command, { mode: 0o700 });
    const daemon = await resources.daemon(data, { ...ALONE, store: 'leveldb' });
    expect((await fetch(`${daemon.url}/heal/7`, { method: 'PUT' })).status).to.equal(200);
    let ran = 0;
    for (const [, block = ''] of page.matchAll(/```sh\n([\s\S]*?)```/g)) {
      const script = block
        .replace(/^heartbeat start.*$/m, '')
        .replaceAll('http://127.0.0.1:3519', daemon.url)
        .replaceAll(/\/(?:backups|tmp)\//g, `${place}/backups/`)
        .replaceAll('/var/lib/heartbeat', data)
        .replace("ssh backup.example.org 'cat > heartbeat.ndjson.gz'", `cat > ${place}/piped.gz`);
      // From here on the page has the daemon stopped.
      if (script.includes(' restore ')) {
        daemon.signal('SIGTERM');
        await daemon.ended;
      }
      const search = `${place}/bin:${process.env['PATH'] ?? ''}`;
      const run = resources.run({ command: ['sh', '-ec', script], env: { PATH: search } });
      expect((await run.ended).code, `${script}${run.stderr}`).to.equal(0);
      ran++;
    }
    expect(ran).to.equal(8);
    expect(gunzipSync(readFileSync(path.join(place, 'piped.gz'))).toString()).to.include('"sha256"');
    const restored = await resources.daemon(`${data}-restored`, { ...ALONE, store: 'leveldb' });
    expect((await fetch(`${restored.url}/heart_rhythm/7`)).status).to.equal(200);
  });
});
