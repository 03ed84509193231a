import { expect } from 'chai';
import path from 'node:path';
import { call, heal, history, isOnline, supervision } from '../support/calls.js';
import { ROOT, type DaemonProcess } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { placeOf } from '../support/partitions.js';
import { user } from '../support/ids.js';
import { TestResources, ready, startFlags } from '../support/test-resources.js';
import { WITH_TYPESCRIPT } from '../support/typescript.js';

/** A user whose heal crashes the actor at the first attempt, and one whose heal crashes it always. */
const SHAKY = 666;
const BROKEN = 667;

describe('a daemon whose actors crash', () => {
  const resources = new TestResources();
  let daemon: DaemonProcess;

  before(async () => {
    const program = path.join(ROOT, 'test', 'support', 'faulty-daemon.ts');
    const start = [
      'start',
      ...startFlags(resources.directory(), { 'log-level': 'debug', 'session-timeout': 600 }),
    ];
    daemon = await ready(
      resources.run({ command: [process.execPath, ...WITH_TYPESCRIPT, program, ...start] }),
    );
  });

  after(() => resources.clear());

  it('answers the message that crashed its actor once, and logs the crash with the path of the actor', async () => {
    expect((await heal(daemon.url, SHAKY)).status).to.equal(200);
    expect(await history(daemon.url, SHAKY)).to.have.length(1);
    const [crash, ...others] = daemon.logged('actor crashed');
    expect(others).to.deep.equal([]);
    expect(crash).to.include({ level: 'error', message: 'actor crashed' });
    const place = ['root', ...placeOf(user(SHAKY)), 'users'].join('/');
    expect(crash?.['path']).to.match(new RegExp(`^${place}/shard-\\d+/666$`));
    expect(crash).to.have.nested.property('error.message', 'planned fault');
  });

  it('answers 500 at once to the message that crashes it twice, with the request id in the log', async () => {
    const answer = await call(daemon.url, 'PUT', `/heal/${BROKEN}`, { 'x-request-id': 'mine-1' });
    expect(answer.status).to.equal(500);
    expect(JSON.parse(answer.body)).to.deep.equal({ error: 'internal server error' });
    expect(answer.headers.get('x-request-id')).to.equal('mine-1');
    expect(daemon.log.filter((line) => line['request_id'] === 'mine-1')).not.to.have.length(0);
    expect((await supervision(daemon.url)).dead_letters.total).to.equal(1);
    expect((await heal(daemon.url, 1)).status).to.equal(200);
  });

  it('gives a request an id where it has none, and logs invalid input at debug only', async () => {
    const answer = await call(daemon.url, 'PUT', '/heal/nobody');
    const id = answer.headers.get('x-request-id');
    expect(answer.status).to.equal(400);
    expect(id).to.match(/./);
    const lines = daemon.log.filter((line) => line['request_id'] === id);
    expect(lines.map(({ level }) => level)).to.deep.equal(['debug']);
  });

  it('is not brought down by bad messages, however many', async () => {
    await heal(daemon.url, 1);
    for (let i = 0; i < 200; i++) expect((await heal(daemon.url, BROKEN)).status).to.equal(500);
    expect(await isOnline(daemon.url, 1)).to.equal(true);
    expect(daemon.running).to.equal(true);
  });

  it('exits non-zero when the root is past its intensity, with the reason on the last line of its log', async () => {
    await eventually(async () => {
      while (daemon.running) await heal(daemon.url, SHAKY);
    });
    expect(await daemon.ended).to.deep.equal({ code: 1, signal: null });
    const last = daemon.log.at(-1);
    expect(last).to.include({ level: 'error', message: 'root supervisor exceeded its restart intensity' });
    expect(last?.['reason']).to.match(/users .*too often/);
    expect(daemon.stdout).to.match(/^listening on [^\n]+\n$/);
  });
});
