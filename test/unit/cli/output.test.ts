import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { batchText } from '../../../src/cli/api/users-commands.js';
import { displayWidth, fit } from '../../../src/cli/output/display-width.js';
import { screenOf, type Screen } from '../../../src/cli/output/screen.js';
import { columnsOf, details, table } from '../../../src/cli/output/table.js';
import { durationText, instant } from '../../../src/cli/output/times.js';
import { writePart } from '../../../src/cli/output/write.js';

const NOW = new Date('2026-11-30T12:00:00Z');
const terminal = (columns: number, hasColor = false): Screen => ({
  isTerminal: true,
  columns,
  hasColor,
  now: NOW,
});
const pipe: Screen = { ...terminal(80), isTerminal: false };

describe('what commands print', () => {
  it('measures texts by the places that they take', () => {
    expect(['ab', '日本', 'e\u0301', '👍', '', '\u200b'].map(displayWidth)).to.deep.equal([2, 4, 1, 2, 0, 0]);
    expect(['abc', '日本語', 'ab'].map((text) => fit(text, 4))).to.deep.equal(['abc ', '日… ', 'ab  ']);
    for (const text of ['日本語', 'a日本語', 'abcdefgh', 'e\u0301e\u0301e\u0301e\u0301e\u0301'])
      for (const width of [0, 1, 2, 3, 4, 5, 9]) expect(displayWidth(fit(text, width)), text).to.equal(width);
  });

  it('cuts the widest columns of a table, and never an id', () => {
    const rows = [['01M8160K8C0000MBCVSRV9YN0E', 'a'.repeat(40), 'b'.repeat(30)]];
    const [head = '', line = ''] = table(terminal(70), columnsOf('!id', 'one', 'two'), rows).split('\n');
    expect(line).to.equal(`01M8160K8C0000MBCVSRV9YN0E  ${'a'.repeat(19)}…  ${'b'.repeat(19)}…`);
    expect(head).to.equal(`ID${' '.repeat(26)}ONE${' '.repeat(19)}TWO`);
    const narrow = table(terminal(10), columnsOf('!id', 'one', 'two'), rows).split('\n')[1];
    expect(narrow).to.equal(`01M8160K8C0000MBCVSRV9YN0E  ${'a'.repeat(7)}…  ${'b'.repeat(7)}…`);
  });

  it('has a table of more rows than a call has arguments', () => {
    const rows = Array.from({ length: 200_000 }, (_, id) => [String(id)]);
    const text = table(terminal(80), columnsOf('user'), rows);
    expect(text.length).to.be.above(1_000_000);
    expect(text.endsWith('\n199999\n')).to.equal(true);
  });

  it('waits for a slow reader of what has no end, until it is stopped', async () => {
    const [reader, stop] = [new PassThrough({ highWaterMark: 4 }), new AbortController()];
    const isOver = new Set<string>();
    const part = async (text: string): Promise<unknown> =>
      writePart(reader, text, stop.signal).finally(() => isOver.add(text));
    await part('a');
    const waiting = part('bcdef');
    await new Promise(setImmediate);
    expect([...isOver]).to.deep.equal(['a']);
    expect(String(reader.read())).to.equal('abcdef');
    await waiting;
    const stopped = part('ghijk').catch((error: unknown) => error);
    stop.abort();
    expect(await stopped).to.include({ name: 'AbortError' });
  });

  it('gives a pipe a line for each row, whole, without titles', () => {
    const rows = [
      ['a\tb\nc', 'x'.repeat(200)],
      ['d', { text: 'e', color: 'red' as const }],
    ];
    expect(table(pipe, columnsOf('one', 'two'), rows)).to.equal(
      `a\\u0009b\\u000ac\t${'x'.repeat(200)}\nd\te\n`,
    );
    expect(table(pipe, columnsOf('one'), [])).to.equal('');
    expect(table(terminal(80), columnsOf('one'), [], 'nobody')).to.equal('nobody\n');
  });

  it('shows why something was rejected in its own line', () => {
    const rejected = [{ index: 1, error: 'no \u001b[2J\nx' }];
    expect(batchText({ accepted: 0, rejected })).to.equal(
      '0 accepted, 1 rejected\nnumber 2: no \\u001b[2J\\u000ax\n',
    );
  });

  it('leaves out what a detail does not have', () => {
    const entries = [
      ['node', 'a'],
      ['reason', undefined],
      ['since', ''],
      ['last run', 0],
    ] as const;
    expect(details(pipe, entries)).to.equal('node\ta\nlast run\t0\n');
    expect(details(terminal(80), entries)).to.equal('node      a\nlast run  0\n');
  });

  it('has colours only on a terminal, without NO_COLOR', () => {
    const tty = { isTTY: true, columns: 80 };
    const shown = (env: Record<string, string>, stream = tty) => screenOf(stream, env).hasColor;
    expect(shown({})).to.equal(true);
    expect(shown({ NO_COLOR: '' })).to.equal(true);
    expect(shown({ NO_COLOR: '0' })).to.equal(false);
    expect(shown({ TERM: 'dumb' })).to.equal(false);
    expect(shown({}, { isTTY: false, columns: 80 })).to.equal(false);
    expect(screenOf({ isTTY: true, columns: 0 }, {}).columns).to.equal(80);
  });

  it('says times for people on a terminal, and for programs in a pipe', () => {
    expect([0, 90, 1500, 9999, 61_000, 3_600_000, 90_061_000].map(durationText)).to.deep.equal([
      '0 s',
      '0.1 s',
      '1.5 s',
      '10 s',
      '1 min 1 s',
      '1 h',
      '1 d 1 h',
    ]);
    const before = new Date('2026-11-30T11:58:30Z');
    expect(instant(terminal(80), before)).to.equal('1 min 30 s ago');
    expect(instant(terminal(80), new Date('2026-11-30T12:00:05Z'))).to.equal('in 5 s');
    expect(instant(pipe, before)).to.equal('2026-11-30T11:58:30.000Z');
    expect(instant(pipe, null)).to.equal(undefined);
  });
});
