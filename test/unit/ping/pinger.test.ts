import { expect } from 'chai';
import { Secret } from '../../../src/adapters/channels/secret.js';
import { Pinger } from '../../../src/adapters/ping/pinger.js';
import { eventually } from '../../support/eventually.js';
import { behave, HookServer } from '../../support/hook-server.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

const EVERY = 60_000;

describe('the outgoing ping', () => {
  const clock = new SimulatedClock();
  let logger: RecordingLogger;
  let hooks: HookServer;
  let pinger: Pinger;
  let ready: boolean;

  const ping = (url: string): Pinger => {
    pinger = new Pinger({ url: new Secret(url), every: EVERY }, { clock, logger, isReady: () => ready });
    pinger.start();
    return pinger;
  };
  const outcomes = () => {
    const [family] = pinger.metrics();
    return family?.samples.map((sample) => ('value' in sample ? sample.value : NaN));
  };
  const settledAs = (...expected: number[]) =>
    eventually(() => expect(outcomes()).to.deep.equal(expected), { every: 2 });

  beforeEach(async () => {
    ready = true;
    logger = new RecordingLogger();
    hooks = await HookServer.start();
  });

  afterEach(async () => {
    await pinger.stop();
    await hooks.stop();
  });

  it('asks for the URL at once, and again after each interval', async () => {
    ping(`${hooks.url}?token=1`);
    await settledAs(1, 0);
    await clock.advance(EVERY);
    await settledAs(2, 0);
    expect(hooks.requests.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
      'GET /hook?token=1',
      'GET /hook?token=1',
    ]);
    expect(logger.lines).to.be.empty;
  });

  it('is silent while the daemon is not ready, so that the other side notices', async () => {
    ready = false;
    ping(hooks.url);
    await clock.advance(3 * EVERY);
    expect(hooks.requests).to.be.empty;
    ready = true;
    await clock.advance(EVERY);
    await settledAs(1, 0);
  });

  it('logs once that it fails and why, and when it succeeds again, without the URL', async () => {
    hooks.behaviour = behave.status(404);
    ping(`${hooks.url}/hush`);
    await settledAs(0, 1);
    await clock.advance(EVERY);
    await settledAs(0, 2);
    hooks.behaviour = behave.accept;
    await clock.advance(EVERY);
    await settledAs(1, 2);
    expect(logger.lines.map(({ event, fields }) => [event, fields])).to.deep.equal([
      ['ping not delivered', { reason: 'answered 404' }],
      ['pings are delivered again', {}],
    ]);
  });

  it('does not follow a redirect', async () => {
    hooks.behaviour = behave.status(302, { location: `${hooks.url}/elsewhere` });
    ping(hooks.url);
    await settledAs(0, 1);
    expect(hooks.requests).to.have.length(1);
  });

  it('gives up if no answer comes within ten seconds', async () => {
    hooks.behaviour = behave.hang;
    ping(hooks.url);
    await eventually(() => expect(hooks.requests).to.have.length(1), { every: 2 });
    await clock.advance(10_000);
    await settledAs(0, 1);
    expect(logger.lines[0]?.fields).to.deep.equal({ reason: 'it took too long' });
  });

  it('is delivered by an answer whose body never ends, and shows the name and the password of its URL', async () => {
    hooks.behaviour = behave.hangInTheBody;
    ping(hooks.url.replace('127.0.0.1', 'me:p%40ss@127.0.0.1'));
    await settledAs(1, 0);
    const [kind, pair = ''] = (hooks.requests[0]?.headers.authorization ?? '').split(' ');
    expect([kind, Buffer.from(pair, 'base64').toString()]).to.deep.equal(['Basic', 'me:p@ss']);
  });

  it('does not connect where a name leads to this machine', async () => {
    ping(`http://localhost:${hooks.port}/hook`);
    await settledAs(0, 1);
    expect(hooks.requests).to.be.empty;
    expect(logger.lines[0]?.fields['reason']).to.include('localhost stands for');
  });

  it('ends with the daemon, and does not count a ping cut off by that', async () => {
    hooks.behaviour = behave.hang;
    ping(hooks.url);
    await eventually(() => expect(hooks.requests).to.have.length(1), { every: 2 });
    await pinger.stop();
    await clock.advance(3 * EVERY);
    expect(hooks.requests).to.have.length(1);
    expect(outcomes()).to.deep.equal([0, 0]);
  });
});
