import { get, type IncomingMessage } from 'node:http';
import { expect } from 'chai';
import type { EventReader, EventsApi, SentState } from '../../../src/app/events/events-api.js';
import { eventually } from '../../support/eventually.js';
import { starting } from '../support/gateway-under-test.js';

/** A user in a state, with a kilobyte. */
const USER = JSON.stringify({ id: 7, status: 'offline', note: 'x'.repeat(1000) });
/** Altogether 30 MB: more than the buffers of a connection hold. */
const USERS = 30_000;

/** A long state, which counts how much of its text has been made. */
class LongState implements SentState {
  readonly id = 'run-1';
  readonly users = [];
  made = 0;

  *pieces(): Generator<string> {
    yield '{"type":"state","at_ms":1,"users":[';
    for (; this.made < USERS; this.made++) yield this.made === 0 ? USER : `,${USER}`;
    yield '],"nodes":[]}';
  }
}

describe('a state of many users', () => {
  const start = starting(true);
  let response: IncomingMessage | undefined;

  afterEach(() => response?.destroy());

  it('is made as it is read, so that a reader who does not read takes no memory for its text', async () => {
    const served = await start();
    const state = new LongState();
    let resumed = 0;
    let reader: EventReader | undefined;
    const events: EventsApi = {
      readers: 0,
      subscribe: (_filter, _access, given) => {
        reader = given;
        setImmediate(() => {
          given.state(state);
          given.events([]);
        });
        return {
          watch: () => Promise.resolve(),
          unwatch: () => undefined,
          watched: 0,
          resume: () => resumed++,
          close: () => undefined,
        };
      },
    };
    Object.assign(served.daemon.events, events);
    response = await new Promise<IncomingMessage>((resolve, reject) => {
      get({ port: served.port, path: '/events?users=7', agent: false }, resolve).on('error', reject);
    });
    // Many passes of the event loop, in each of which it may make a piece.
    for (let pass = 0; pass < 2000; pass++) await new Promise((resolve) => setImmediate(resolve));
    expect(state.made).to.be.below(USERS);
    expect(reader?.isFull).to.equal(true);
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    await eventually(() => expect(chunks.at(-1)?.toString().endsWith('],"nodes":[]}\n\n')).to.equal(true));
    const [, data = ''] = /data: (.*)\n\n$/.exec(Buffer.concat(chunks).toString()) ?? [];
    expect((JSON.parse(data) as { users: object[] }).users).to.have.length(USERS);
    expect(resumed).to.be.greaterThan(0);
  });
});
