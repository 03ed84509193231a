import { get, type IncomingMessage } from 'node:http';
import { expect } from 'chai';
import type { EventReader, EventsApi, SentState, Subscription } from '../../../src/app/events/events-api.js';
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

  inParts(): never {
    throw new Error('a stream takes it in pieces');
  }

  *pieces(): Generator<string> {
    yield '{"type":"state","at_ms":1,"users":[';
    for (; this.made < USERS; this.made++) yield this.made === 0 ? USER : `,${USER}`;
    yield '],"nodes":[]}';
  }
}

/** A state whose text cannot be made. */
const BROKEN: SentState = {
  id: 'run-1',
  users: [],
  inParts: () => [],
  pieces: function* () {
    yield '{"type":"state",';
    throw new Error('no text for this node');
  },
};

/** Passes a state to a reader, soon. */
function subscriptionTo(
  reader: EventReader,
  state: SentState,
  calls: Partial<Pick<Subscription, 'resume' | 'failed'>>,
): Subscription {
  setImmediate(() => {
    reader.state(state);
    reader.events([]);
  });
  return {
    watch: () => Promise.resolve(),
    unwatch: () => undefined,
    watched: 0,
    resume: () => undefined,
    failed: () => undefined,
    close: () => undefined,
    ...calls,
  };
}

function streamFrom(port: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get({ port, path: '/events?users=7', agent: false }, resolve).on('error', reject);
  });
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
    const subscribe: EventsApi['subscribe'] = (_filter, _access, given) => {
      reader = given;
      return subscriptionTo(given, state, { resume: () => resumed++ });
    };
    Object.assign(served.daemon.events, { subscribe });
    response = await streamFrom(served.port);
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

  it('is cut off and reported if its text cannot be made', async () => {
    const served = await start();
    const reported: unknown[] = [];
    const subscribe: EventsApi['subscribe'] = (_filter, _access, given) =>
      subscriptionTo(given, BROKEN, { failed: (error) => reported.push(error) });
    Object.assign(served.daemon.events, { subscribe });
    const cut = await streamFrom(served.port).then(
      (stream) => new Promise((resolve) => stream.on('error', resolve).resume()),
      (error: unknown) => error,
    );
    expect(cut).to.have.property('code', 'ECONNRESET');
    expect(String(reported)).to.equal('Error: no text for this node');
  });
});
