import { expect } from 'chai';
import { ROOT } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { TestResources } from '../support/test-resources.js';

/** Watches user 8 and a user with a long id, until user 9 comes online. */
const PROGRAM = `
  import { connect } from '@heartbeatd/heartbeat/client';
  const heartbeat = connect({ url: process.argv[1], user: 7, device: 'server' });
  heartbeat.on('status', (status) => console.log(status));
  heartbeat.on('error', ({ code, message }) => console.log(code, message));
  const friends = heartbeat.watch([8, 9, '9223372036854775807']);
  for await (const change of friends) {
    if (change.type === 'sync') console.log('sync', change.users.map(({ id }) => id).join());
    else console.log(change.type, change.user.id);
    if (change.type === 'join' && change.user.id === '9') break;
  }
  await heartbeat.close();
`;

describe('the client, in Node', () => {
  const resources = new TestResources();

  afterEach(() => resources.clear());

  it('keeps its user online and watches others, by a socket or by HTTP, and ends without a trace', async () => {
    const { url } = await resources.daemon(resources.directory(), { 'session-timeout': 6 });
    const online = async (user: string): Promise<unknown> => (await fetch(`${url}/checkup/${user}`)).json();
    const heal = (user: string): Promise<unknown> => fetch(`${url}/heal/${user}`, { method: 'PUT' });
    await heal('9223372036854775807');
    const program = resources.run({
      command: [process.execPath, '--input-type=module', '-e', PROGRAM, url],
      cwd: ROOT,
    });
    const says = (text: string): Promise<unknown> =>
      eventually(() => expect(program.stdout + program.stderr).to.include(text));
    await says('sync');
    await heal('8');
    await says('join 8');
    // Without a heal for 6 s, in which this client sends several.
    await says('leave 8');
    expect(await online('7')).to.deep.equal({ id: 7, status: 'online' });
    const { history } = (await (await fetch(`${url}/heart_rhythm/7`)).json()) as { history: unknown[] };
    expect(history).to.have.length(1);
    await heal('9');
    expect(await program.ended, program.stderr).to.deep.equal({ code: 0, signal: null });
    expect(await online('7')).to.deep.equal({ id: 7, status: 'offline' });
    const lines = program.stdout.trim().split('\n');
    expect(lines).to.include.members(['connecting', 'online', 'join 8', 'leave 8', 'join 9', 'offline']);
  });
});
