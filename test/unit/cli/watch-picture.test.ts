import { expect } from 'chai';
import type { NodeWithCause } from '../../../src/client/api/contract/types.js';
import { displayWidth } from '../../../src/cli/output/display-width.js';
import { watchPicture, type Watched } from '../../../src/cli/watch/watch-picture.js';

const NOW = new Date('2026-11-30T12:00:00Z');

function failed(name: string): NodeWithCause {
  return {
    name,
    state: 'failed',
    retries: 0,
    lastHeartbeat: NOW,
    deadline: null,
    timeout: 30,
    maxRetries: 3,
    started: null,
    lastDuration: null,
    labels: {},
    channels: null,
    dependsOn: [],
    paused: false,
    since: NOW,
    acknowledged: null,
  };
}

const NODES = { registered: 40, active: 8, inactive: 2, failed: 30, paused: 0 };
const watched = (failing: number, events: number, more: Partial<Watched> = {}): Watched => ({
  url: 'http://127.0.0.1:3519',
  readiness: { status: 'ready' },
  stats: { users: { online: 7 }, devices: 9, nodes: NODES, sockets: 1, eventReaders: 1 },
  failing: Array.from({ length: failing }, (_, index) => failed(`node-${index}\u001b[2J`)),
  events: Array.from({ length: events }, (_, index) => `12:00:00 event ${index} ${'x'.repeat(100)}`),
  at: NOW,
  trouble: undefined,
  ...more,
});

describe('the live screen', () => {
  const draw = (seen: Watched, columns = 80, rows = 24, now = NOW) =>
    watchPicture(seen, { isTerminal: true, columns, hasColor: false, now }, rows);

  it('fills the terminal, whatever its size and however much there is to show', () => {
    for (const columns of [20, 40, 80, 300])
      for (const rows of [1, 2, 5, 10, 24, 60])
        for (const failing of [0, 1, 5, 30])
          for (const events of [0, 1, 100]) {
            const lines = draw(watched(failing, events), columns, rows);
            expect(lines, `${columns} x ${rows}`).to.have.length(rows);
            expect(lines.join(''), 'acts on the terminal').to.not.include('\u001b');
          }
    const lines = draw(watched(30, 100));
    expect(Math.max(...lines.map(displayWidth))).to.be.at.most(80);
  });

  it('shows counts, failed nodes and the last events, and how many more there are', () => {
    const lines = draw(watched(30, 100));
    expect(lines[0]).to.equal('heartbeat  http://127.0.0.1:3519');
    expect(lines).to.include('users    7 online, 9 devices');
    expect(lines).to.include('and 20 more');
    expect(lines.filter((line) => line.startsWith('node-'))).to.have.length(10);
    expect(lines.filter((line) => line.startsWith('12:00:00 event'))).to.have.length(3);
    expect(lines.at(-1)).to.equal('q quits');
    expect(draw(watched(0, 0))).to.include('no node fails');
  });

  it('says since when nobody answers, and keeps what it knows', () => {
    const later = new Date(NOW.getTime() + 12_000);
    const lines = draw(watched(1, 1, { trouble: 'no answer: ECONNREFUSED' }), 80, 24, later);
    expect(lines[0]).to.equal('no answer for 12 s: no answer: ECONNREFUSED');
    expect(lines.join('\n')).to.include('node-0');
  });
});
