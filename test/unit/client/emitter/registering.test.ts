import { expect } from 'chai';
import { HeartbeatRequestError, unreachable } from '../../../../src/client/api/request-error.js';
import { eventually } from '../../../support/eventually.js';
import { Run } from './support.js';

const runs: Run[] = [];
const running = (...nodes: ConstructorParameters<typeof Run>[0]): Run => {
  const run = new Run(nodes, { intervalMs: 50 });
  runs.push(run);
  return run;
};
afterEach(async () => {
  for (const run of runs.splice(0)) await run.end();
});

const refused = (status: number, error: string) =>
  new HeartbeatRequestError('HEARTBEAT_INVALID_BODY', error, { call: 'PUT /nodes/x', status });

describe('an emitter with settings of nodes', () => {
  it('registers them, dependencies first, and beats for all meanwhile', async () => {
    const run = running(
      { name: 'web', settings: { depends_on: ['switch'] } },
      { name: 'switch', settings: { timeout: 5 } },
      { name: 'probed', settings: { labels: { team: 'web' } }, probe: () => true },
      'plain',
    );
    run.begin();
    await eventually(() => expect(run.target.registered).to.have.length(3));
    expect(run.target.registered.at(-1)).to.deep.equal({ name: 'web', settings: { depends_on: ['switch'] } });
    expect(run.target.registered.map(({ name }) => name).sort()).to.deep.equal(['probed', 'switch', 'web']);
    await eventually(() => expect(run.target.beats.size).to.equal(4));
    expect(run.emitter.report.settings).to.deep.equal({ registered: 3, refused: 0, pending: 0 });
    expect(run.told).to.deep.equal([]);
    run.emitter.add({ name: 'later', settings: { timeout: 9 } });
    await eventually(() =>
      expect(run.target.registered.at(-1)).to.deep.equal({ name: 'later', settings: { timeout: 9 } }),
    );
  });

  it('retries failed registrations, but not refused ones', async () => {
    const run = running(
      { name: 'busy', settings: { timeout: 5 } },
      { name: 'wrong', settings: { timeout: -5 } },
    );
    expect(run.emitter.report.settings).to.deep.equal({ registered: 0, refused: 0, pending: 2 });
    let faults = 3;
    run.target.answerSettings = ({ name }) => {
      if (name === 'wrong') return Promise.reject(refused(400, 'timeout: must be at least 0.001 seconds'));
      return faults-- > 0 ? Promise.reject(refused(503, 'overloaded')) : Promise.resolve();
    };
    run.begin();
    await eventually(() =>
      expect(run.emitter.report.settings).to.deep.equal({ registered: 1, refused: 1, pending: 0 }),
    );
    expect(run.told).to.deep.equal(['settings of wrong: timeout: must be at least 0.001 seconds']);
    expect(run.target.registered.filter(({ name }) => name === 'busy')).to.have.length(4);
    expect(run.target.registered.filter(({ name }) => name === 'wrong')).to.have.length(1);
    await eventually(() => expect(run.target.beats.size, 'it beats for both').to.equal(2));
  });

  it('does not retry what the client refuses to send', async () => {
    const run = running({ name: 'wrong', settings: { timeout: 5 } });
    run.target.answerSettings = () => Promise.reject(new TypeError('unknown option timeot'));
    run.begin();
    await eventually(() => expect(run.told).to.deep.equal(['settings of wrong: unknown option timeot']));
    expect(run.emitter.report.settings).to.deep.equal({ registered: 0, refused: 1, pending: 0 });
  });

  it('logs the missing scope once', async () => {
    const nodes = ['a', 'b', 'c'].map((name) => ({ name, settings: { timeout: 5 } }));
    const run = running(...nodes);
    run.target.answerSettings = () => Promise.reject(refused(403, 'this key lacks the scope admin'));
    run.begin();
    await eventually(() => expect(run.emitter.report.settings.refused).to.equal(3));
    expect(run.told).to.deep.equal([
      'settings of a: this key lacks the scope admin; settings want a key with the scope admin',
    ]);
  });

  it('registers them again when the daemon was away: it may have lost them', async () => {
    const run = running({ name: 'db-1', settings: { timeout: 5 } }).begin();
    await eventually(() => expect(run.target.registered).to.have.length(1));
    let isAway = true;
    run.target.behave = () =>
      isAway
        ? Promise.reject(unreachable('POST /nodes/heartbeats', 'http://x', 'ECONNREFUSED'))
        : Promise.resolve(undefined);
    await eventually(() => expect(run.told).to.have.length(1));
    expect(run.target.registered).to.have.length(1);
    isAway = false;
    await eventually(() => expect(run.target.registered).to.have.length(2));
  });
});
