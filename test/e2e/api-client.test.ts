import { expect } from 'chai';
import { ROOT } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { TestResources } from '../support/test-resources.js';

/** Follows user 7 with a long id of another, and a call that is repeated while the daemon is away. */
const PROGRAM = `
  import { createClient } from '@heartbeatd/heartbeat/client';
  const heartbeat = createClient({ url: process.argv[1], ids: 'bigint', retries: 100 });
  await heartbeat.heal([7n, 9223372036854775807n]);
  const { results } = await heartbeat.checkup([9223372036854775807n]);
  console.log('read', results[0].id, results[0].status);
  let states = 0;
  for await (const event of heartbeat.events({ users: [7] })) {
    console.log(event.type, event.reset ?? '');
    if (event.type === 'state' && ++states === 2) break;
  }
  console.log('healed', await heartbeat.heal(8));
`;

describe('the client for servers, in a program of its own', () => {
  const resources = new TestResources();

  afterEach(() => resources.clear());

  it('goes on when the daemon is killed and comes back, and ends without a trace', async () => {
    const directory = resources.directory();
    const first = await resources.daemon(directory);
    const { port } = new URL(first.url);
    const program = resources.run({
      command: [process.execPath, '--input-type=module', '-e', PROGRAM, first.url],
      cwd: ROOT,
    });
    const says = (text: string): Promise<unknown> =>
      eventually(() => expect(program.stdout + program.stderr).to.include(text));
    await says('read 9223372036854775807n online');
    await says('state');
    await fetch(`${first.url}/heal/7`, { method: 'DELETE' });
    await says('user.offline');
    await first.kill();
    await resources.daemon(directory, { port });
    expect(await program.ended, program.stderr).to.deep.equal({ code: 0, signal: null });
    expect(program.stdout.trim().split('\n').slice(1)).to.deep.equal([
      'state ',
      'user.offline ',
      'state true',
      'healed online',
    ]);
  });
});
