import { expect } from 'chai';
import { EventClient } from '../../support/event-client.js';
import type { ShownEvent } from '../../support/event-picture.js';
import { eventually } from '../../support/eventually.js';
import { authOf, token as tokenOf } from '../auth/support.js';
import { DaemonOverHttp } from '../nodes/support.js';

/** With a meta of this size, an event is a little longer. */
const META = { text: 'x'.repeat(1000) };

describe('a reader of events over HTTP that reads slowly', () => {
  let served: DaemonOverHttp;
  let client: EventClient;

  afterEach(async () => {
    client.close();
    await served.stop();
  });

  /** So many changes, each with more than a kilobyte. */
  async function change(times: number, from = 0): Promise<void> {
    const { users } = served.daemon.app;
    const id = users.ids.parse('7');
    if (id === undefined) return expect.fail();
    for (let at = from; at < from + times; at++) {
      const meta = JSON.stringify({ ...META, at });
      users.ask('heal', id, () => undefined, { device: 'phone', meta });
      if (at % 100 === 0) await served.daemon.clock.settle();
    }
    await served.daemon.clock.settle();
  }

  const numbers = (): readonly unknown[] =>
    client.events.flatMap(({ data }) => {
      const { user } = data as ShownEvent;
      const meta = user?.devices[0]?.meta as { at: number } | undefined;
      return meta === undefined ? [] : [meta.at];
    });

  it('gets everything once it reads on, and takes no memory meanwhile', async () => {
    served = await DaemonOverHttp.start();
    client = await new EventClient(served.port, '/events?users=7').received(1);
    client.pause();
    await change(20_000);
    expect(served.daemon.app.events.readers).to.equal(1);
    client.resume();
    await eventually(() => expect(numbers().at(-1)).to.equal(19_999));
    expect(numbers()).to.deep.equal(Array.from({ length: 20_000 }, (_, at) => at));
  });

  it('is cut off once what it has not read is forgotten, and that is counted', async () => {
    served = await DaemonOverHttp.start({ '--events-past': '100' });
    client = await new EventClient(served.port, '/events?users=7').received(1);
    client.pause();
    // Its own buffers and those of the kernel take some megabytes.
    for (let from = 0; served.daemon.app.events.readers > 0 && from < 200_000; from += 5_000)
      await change(5_000, from);
    expect(served.daemon.app.events.readers).to.equal(0);
    expect(await served.text('/metrics')).to.include('heartbeat_event_readers_dropped_total 1');
    client.resume();
    await client.over();
    expect(client.isCut).to.equal(true);
    const seen = numbers();
    expect(seen).to.deep.equal(seen.map((_, at) => at));
  });

  it('is cut off once it has read nothing for request_timeout', async () => {
    served = await DaemonOverHttp.start({}, undefined, { request_timeout: 5 });
    client = await new EventClient(served.port, '/events?users=7').received(1);
    client.pause();
    await change(20_000);
    await served.daemon.clock.advance(7_000);
    expect(served.daemon.app.events.readers).to.equal(0);
  });

  it('is cut off if its token ends meanwhile, instead of keeping its connection', async () => {
    served = await DaemonOverHttp.start({}, authOf(), { request_timeout: 100 });
    const exp = Math.floor(served.daemon.clock.wall() / 1000) + 20;
    const headers = { authorization: `Bearer ${await tokenOf({ sub: '7', exp, meta: true })}` };
    client = await new EventClient(served.port, '/events', { headers }).received(1);
    client.pause();
    await change(20_000);
    await served.daemon.clock.advance(30_000);
    client.resume();
    await client.over();
    expect(client.isCut).to.equal(true);
  });
});
