import { expect } from 'chai';
import { BackupReader } from '../../../src/adapters/history/backup/backup-reader.js';
import { BackupText } from '../../../src/adapters/history/backup/backup-text.js';
import { soundRecords } from '../../../src/adapters/history/backup/restore.js';
import { sealed } from '../../../src/adapters/history/checksum.js';
import { VERSION_KEY } from '../../../src/adapters/history/format.js';
import { nodeKey } from '../../../src/adapters/history/node-codec.js';
import { sessionKey, sessionValue } from '../../../src/adapters/history/session-codec.js';
import { instant } from '../../../src/domain/time.js';
import { HeartbeatError } from '../../../src/errors.js';
import type { Entry } from '../../../src/ports/ordered-store.js';
import { session, user } from '../../contract/history-store/reading.js';
import { node } from '../../support/ids.js';

const AT = instant(1_763_000_000_000);

/** In the order of their keys. */
const RECORDS: readonly Entry[] = [
  ...[-3, 0, 7].map((id): Entry => {
    const key = sessionKey(user(id), AT);
    return [key, sealed(key, sessionValue(session(AT, AT + 7_000)))];
  }),
  ...['a"\u001b[31m', 'ä'].map((name): Entry => {
    const key = nodeKey(node(name));
    return [key, sealed(key, Buffer.from('{}'))];
  }),
];

function textOf(records: readonly Entry[] = RECORDS, isNamed = false): string {
  const text = new BackupText(isNamed);
  return text.head() + text.lines(records) + text.end(AT);
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  // The memory is used again, as a stream may.
  const piece = Buffer.alloc(size);
  for (let at = 0; at < bytes.length; at += size)
    yield piece.subarray(0, bytes.copy(piece, 0, at, Math.min(at + size, bytes.length)));
}

async function read(
  text: string | Buffer,
  size = 1_024,
): Promise<{ entries: Entry[]; reader: BackupReader }> {
  const reader = new BackupReader(inPieces(Buffer.from(text), size), 'x.ndjson');
  const entries: Entry[] = [];
  for await (const chunk of soundRecords(reader.records())) entries.push(...chunk);
  return { entries, reader };
}

async function problemOf(text: string | Buffer): Promise<HeartbeatError> {
  const error: unknown = await read(text).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof HeartbeatError) return error;
  throw new Error(`it was not refused, but ${String(error)}`);
}

describe('the text of a backup', () => {
  const lines = (): string[] => textOf().trimEnd().split('\n');

  it('has a line of JSON for each record, in ASCII, between the first and the last', () => {
    const text = textOf([[VERSION_KEY, Buffer.from('5')], ...RECORDS], true);
    expect(text).to.match(/^[\x20-\x7e\n]+$/);
    const [head, first, ...rest] = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(head).to.deep.equal({ heartbeat: 'history', version: 1, format: 5 });
    expect(first).to.deep.equal({
      record: 'session of user -3 from 2025-11-13T02:13:20.000Z',
      key: RECORDS[0]?.[0].toString('hex'),
      value: RECORDS[0]?.[1].toString('base64'),
    });
    expect(rest[3]).to.include({ record: 'node "ä"' });
    expect(rest.at(-1)).to.include({ records: RECORDS.length, at_ms: AT });
  });

  it('is read back as it was, however it is cut into pieces and with names or without', async () => {
    for (const text of [textOf(), textOf(RECORDS, true), textOf().trimEnd(), textOf([])]) {
      const expected = text === textOf([]) ? [] : RECORDS;
      for (const size of [1, 2, 7, 64, 100_000]) {
        const { entries, reader } = await read(text, size);
        expect(entries).to.deep.equal(expected);
        expect(reader.end).to.deep.include({ records: expected.length, at: AT });
        expect(reader.format).to.equal(5);
      }
    }
  });

  it('is refused wherever it is torn', async () => {
    const text = textOf();
    // Without its last end of line it is whole.
    for (let length = 0; length < text.length - 1; length++)
      expect((await problemOf(text.slice(0, length))).message, `${length} bytes`).to.match(
        /^x\.ndjson (?:is damaged: (?:it is torn: it ends after \d records|line \d is no record)|is no backup of Heartbeat)$/,
      );
  });

  it('never has a record less or changed, whichever byte is changed', async () => {
    const bytes = Buffer.from(textOf());
    let refused = 0;
    for (let place = 0; place < bytes.length; place++)
      for (const bit of [0x01, 0x20, 0x80]) {
        const changed = Buffer.from(bytes);
        changed[place] = (changed[place] ?? 0) ^ bit;
        const outcome = await read(changed).catch((error: unknown) => {
          expect(error).to.be.instanceOf(HeartbeatError);
          refused++;
        });
        // Some bits mean nothing: of base64 behind its last byte, or of the instant in the last line.
        if (outcome !== undefined) expect(outcome.entries, `byte ${place}`).to.deep.equal(RECORDS);
      }
    expect(refused).to.be.above(2.5 * bytes.length);
  });

  it('is refused with lines swapped, repeated, left out or added', async () => {
    const [head = '', a = '', b = '', ...rest] = lines();
    const end = rest.at(-1) ?? '';
    const one = textOf(RECORDS.slice(0, 1)).trimEnd().split('\n').at(-1) ?? '';
    for (const [changed, said] of [
      [[head, b, a, ...rest], 'line 3 is out of order'],
      [[head, a, a, b, ...rest], 'line 3 is out of order'],
      [[head, a, ...rest], 'it has 4 records, and its last line says 5'],
      [[head, a, b, ...rest, end], 'line 8 is behind its last one'],
      [[head, a, b, ...rest, ''], 'line 8 is behind its last one'],
      [[head, a, '', b, ...rest], 'line 3 is no record'],
      [[head, b, one], 'its records do not have the checksum of its last line'],
      [[head, a, '[]', ...rest], 'line 3 is no record'],
      [[head, a, '{"key":"1","value":""}', ...rest], 'line 3 is no record'],
      [[head, a, '{"key":"ff","value":1}', ...rest], 'line 3 is no record'],
      [[head, `{"key":"${VERSION_KEY.toString('hex')}","value":"NQ=="}`, a], 'line 2 is no record'],
    ] as const)
      expect((await problemOf(`${changed.join('\n')}\n`)).message).to.equal(`x.ndjson is damaged: ${said}`);
  });

  it('is refused where it is of a newer version, or something else', async () => {
    const [head = '', ...rest] = lines();
    for (const newer of [
      head.replace('"version":1', '"version":2'),
      head.replace('"format":5', '"format":6'),
    ]) {
      const error = await problemOf([newer, ...rest].join('\n'));
      expect(error.code).to.equal('HEARTBEAT_STORE_TOO_NEW');
      expect(error.message).to.include('use the newer one that wrote it');
    }
    for (const other of ['', '\n', '{}', 'null', 'PGDMP\u0000', '{"heartbeat":"history"}', rest.join('\n')])
      expect((await problemOf(other)).message).to.equal('x.ndjson is no backup of Heartbeat');
  });

  it('is refused with a record that was damaged before, which it names', async () => {
    const [[key, value] = [Buffer.of(), Buffer.of()]] = RECORDS;
    const damaged = Buffer.from(value);
    damaged[0] = (damaged[0] ?? 0) ^ 1;
    const error = await problemOf(textOf([[key, damaged], ...RECORDS.slice(1)]));
    expect(error.message).to.match(/^the session of user -3 from \S+ is damaged \(key \\x10[0-9a-f]+\)/);
  });
});
