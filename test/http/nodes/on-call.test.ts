import { expect } from 'chai';
import { keyRule } from '../auth/support.js';
import { RawClient } from '../support/raw-client.js';
import { DaemonOverHttp } from './support.js';

/** Keys with all scopes, for nodes with these prefixes. */
function keys<Name extends string>(reach: Readonly<Record<Name, readonly string[] | undefined>>) {
  const entries = Object.entries<readonly string[] | undefined>(reach);
  const rules = entries.map(([name, nodes]) =>
    keyRule(name, { scopes: ['admin'], ...(nodes !== undefined && { nodes }) }),
  );
  const headers = Object.fromEntries(
    entries.map(([name]) => [name, { authorization: `Bearer ${name}` }]),
  ) as Record<Name, { authorization: string }>;
  return { auth: { keys: rules }, headers };
}

describe('the calls of people on call', () => {
  let http: DaemonOverHttp;

  beforeEach(async () => {
    http = await DaemonOverHttp.start();
  });

  afterEach(() => http.stop());

  const ACK = { by: 'ann', reason: 'a disk is being changed' };

  it('acknowledge a failure, which is shown until the node recovers', async () => {
    await http.call('PUT', '/nodes/db1');
    await http.call('POST', '/nodes/db1/fail');
    const answer = await http.call('POST', '/nodes/db1/acknowledge', ACK);
    expect(answer.status).to.equal(200);
    const shown = { ...ACK, at: http.now };
    expect(answer.json).to.deep.include({ state: 'failed', acknowledged: shown });
    expect((await http.call('GET', '/nodes/db1')).json).to.deep.include({ acknowledged: shown });
    await http.call('PUT', '/nodes/db1/heartbeat');
    expect((await http.call('GET', '/nodes/db1')).json).to.include({ acknowledged: null });
    await http.call('POST', '/nodes/db1/fail');
    expect((await http.call('GET', '/nodes/db1')).json, 'another failure').to.include({ acknowledged: null });
  });

  it('may be registered again with another key', async () => {
    await http.call('PUT', '/nodes/db1');
    await http.call('POST', '/nodes/db1/fail');
    await http.call('POST', '/nodes/db1/acknowledge', ACK);
    const second = await http.call('POST', '/nodes/db1/acknowledge', { by: 'ben', reason: 'my turn' });
    expect(second.json).to.have.nested.property('acknowledged.by', 'ben');
  });

  it('need no reason', async () => {
    await http.call('PUT', '/nodes/db1');
    await http.call('POST', '/nodes/db1/fail');
    const answer = await http.call('POST', '/nodes/db1/acknowledge', { by: 'ann' });
    expect([answer.status, answer.json]).to.have.nested.property('[1].acknowledged').that.deep.equals({
      by: 'ann',
      at: http.now,
    });
  });

  it('take an acknowledgement back, and change nothing where there is none', async () => {
    await http.call('PUT', '/nodes/db1');
    const takeBack = () => http.call('DELETE', '/nodes/db1/acknowledge');
    expect((await takeBack()).json, 'not failed').to.include({ state: 'active', acknowledged: null });
    await http.call('POST', '/nodes/db1/fail');
    await http.call('POST', '/nodes/db1/acknowledge', ACK);
    http.alerting.statuses.length = 0;
    for (const time of ['first', 'second']) {
      const answer = await takeBack();
      expect(answer.status, time).to.equal(200);
      expect(answer.json, time).to.include({ state: 'failed', acknowledged: null });
    }
    const told = http.alerting.statuses.map(({ status }) => status?.isQuiet);
    expect(told, 'the alerts hear of it once').to.deep.equal([false]);
    expect((await http.call('GET', '/nodes/db1')).json).to.include({ acknowledged: null });
    expect((await http.call('DELETE', '/nodes/nobody/acknowledge')).status).to.equal(404);
    expect((await http.call('DELETE', '/nodes/db1/acknowledge', { by: 'ann' })).status).to.equal(400);
    expect((await http.call('GET', '/nodes/db1/acknowledge')).headers.allow).to.equal('POST, DELETE');
  });

  it('keep an acknowledgement that cannot be taken back while the disk is full', async () => {
    await http.call('PUT', '/nodes/db1');
    await http.call('POST', '/nodes/db1/fail');
    await http.call('POST', '/nodes/db1/acknowledge', ACK);
    http.isDiskFull = true;
    expect((await http.call('DELETE', '/nodes/db1/acknowledge')).status).to.equal(503);
    expect((await http.call('GET', '/nodes/db1')).json).to.have.nested.property('acknowledged.by', 'ann');
  });

  it('acknowledge until an instant, in seconds or in ISO 8601, and no longer', async () => {
    await http.call('PUT', '/nodes/db1');
    await http.call('POST', '/nodes/db1/fail');
    const until = http.now + 60;
    const iso = new Date(until * 1000).toISOString();
    for (const written of [until, iso, String(until), iso.replace('Z', '+00:00')]) {
      const answer = await http.call('POST', '/nodes/db1/acknowledge', { ...ACK, until: written });
      expect(answer.json, String(written)).to.deep.include({
        acknowledged: { ...ACK, at: http.now, until },
      });
    }
    http.alerting.statuses.length = 0;
    await http.daemon.clock.advance(59_000);
    expect((await http.call('GET', '/nodes/db1')).json).to.have.nested.property('acknowledged.until', until);
    expect(http.alerting.statuses).to.deep.equal([]);
    await http.daemon.clock.advance(1_500);
    expect((await http.call('GET', '/nodes/db1')).json).to.include({ state: 'failed', acknowledged: null });
    const told = http.alerting.statuses.map(({ status }) => status?.isQuiet);
    expect(told, 'the alerts hear of its end once').to.deep.equal([false]);
  });

  it('answer 409 for a node that has not failed', async () => {
    await http.call('PUT', '/nodes/db1');
    const answer = await http.call('POST', '/nodes/db1/acknowledge', ACK);
    expect([answer.status, answer.json]).to.deep.equal([
      409,
      { error: 'the node has not failed', code: 'HEARTBEAT_NOT_FAILED' },
    ]);
  });

  it('name the problem of a body', async () => {
    await http.call('PUT', '/nodes/db1');
    for (const [body, problem] of [
      [{ reason: 'x' }, 'by: must be a string'],
      [{ by: 'ann', reason: '' }, 'reason: must not be empty'],
      [{ by: '', reason: 'x' }, 'by: must not be empty'],
      [{ by: 'ann', reason: 'x'.repeat(1001) }, 'reason: must have at most 1000 characters'],
      [{ ...ACK, till: 5 }, 'till: unknown field'],
      [[], 'the body must be {"by": "…"}, with "reason" and "until" where there are any'],
      [{ ...ACK, until: http.now }, 'until: must lie ahead'],
      [{ ...ACK, until: '2020-01-31T12:00:00Z' }, 'until: must lie ahead'],
      ...[null, true, 'soon', '', '-1h', '2099-02-30', 9e12, {}].map(
        (until) =>
          [
            { ...ACK, until },
            'until: must be Unix seconds or an instant of ISO 8601, such as "2027-01-31T12:00:00Z"',
          ] as const,
      ),
    ] as const) {
      const answer = await http.call('POST', '/nodes/db1/acknowledge', body);
      expect(answer.status, problem).to.equal(400);
      expect(answer.json).to.include({ error: problem, code: 'HEARTBEAT_INVALID_BODY' });
    }
  });

  it('answer 503 while the disk is full, and acknowledge nothing', async () => {
    await http.call('PUT', '/nodes/db1');
    await http.call('POST', '/nodes/db1/fail');
    http.isDiskFull = true;
    expect((await http.call('POST', '/nodes/db1/acknowledge', ACK)).status).to.equal(503);
    expect((await http.call('GET', '/nodes/db1')).json).to.include({ acknowledged: null });
  });

  it('tell alerts about acknowledgements, pauses and deletions', async () => {
    await http.call('PUT', '/nodes/db1');
    await http.call('POST', '/nodes/db1/fail');
    const told = () => http.alerting.statuses.map(({ status }) => status?.isQuiet);
    await http.call('POST', '/nodes/db1/acknowledge', ACK);
    expect(told()).to.deep.equal([true]);
    await http.call('DELETE', '/nodes/db1');
    expect(told()).to.deep.equal([true, undefined]);
  });

  it('show the dependencies of a node, and the cause of its failure', async () => {
    const put = await http.call('PUT', '/nodes/web', { depends_on: ['switch', 'power'] });
    expect(put.json).to.deep.include({ depends_on: ['switch', 'power'] });
    await http.call('PUT', '/nodes/power');
    await http.call('POST', '/nodes/web/fail');
    expect((await http.call('GET', '/nodes/web')).json).to.not.have.property('caused_by');
    await http.call('POST', '/nodes/power/fail');
    expect((await http.call('GET', '/nodes/web')).json).to.include({ caused_by: 'power' });
    await http.call('PUT', '/nodes/web', { depends_on: null });
    expect((await http.call('GET', '/nodes/web')).json).to.deep.include({ depends_on: [] });
  });

  it('show the cause of failed nodes in the list, too', async () => {
    for (const name of ['web', 'api'])
      await http.call('PUT', `/nodes/${name}`, { depends_on: ['switch', 'power'] });
    for (const name of ['power', 'web', 'power']) {
      await http.call('PUT', `/nodes/${name}`);
      await http.call('POST', `/nodes/${name}/fail`);
    }
    const list = async (query = '') => {
      const { json } = await http.call('GET', `/nodes${query}`);
      const { nodes } = json as { nodes: readonly { name: string; caused_by?: string }[] };
      return nodes.map(({ name, caused_by: cause = 'nothing' }) => `${name}: ${cause}`);
    };
    expect(await list()).to.deep.equal(['api: nothing', 'power: nothing', 'web: power']);
    expect(await list('?state=failed')).to.deep.equal(['power: nothing', 'web: power']);
    await http.call('PUT', '/nodes/power/heartbeat');
    expect(await list('?state=failed')).to.deep.equal(['web: nothing']);
  });

  it('refuse a cycle, and show its path', async () => {
    const dependsOn = (name: string, ...names: string[]) =>
      http.call('PUT', `/nodes/${name}`, { depends_on: names });
    expect((await dependsOn('a', 'b', 'elsewhere')).status).to.equal(201);
    expect((await dependsOn('b', 'c')).status, 'what it names may come later').to.equal(201);
    const closing = await dependsOn('c', 'd', 'a');
    expect(closing.status).to.equal(400);
    expect(closing.json).to.deep.equal({
      error: 'depends_on: the node would come to depend on itself: c -> a -> b -> c',
      code: 'HEARTBEAT_INVALID_BODY',
      problems: [
        { path: 'depends_on', problem: 'the node would come to depend on itself: c -> a -> b -> c' },
      ],
    });
    expect((await http.call('GET', '/nodes/c')).status, 'it is not registered by that').to.equal(404);
    expect((await dependsOn('self', 'self')).json).to.include({
      error: 'depends_on: the node would come to depend on itself: self -> self',
    });
    expect((await dependsOn('a', 'elsewhere')).status, 'the circle is open').to.equal(200);
    expect((await dependsOn('c', 'd', 'a')).status).to.equal(201);
  });

  it('refuse concurrent or pipelined changes that would close a cycle', async () => {
    const put = (name: string, ...names: string[]): string => {
      const body = JSON.stringify({ depends_on: names });
      return `PUT /nodes/${name} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    };
    const client = new RawClient(http.port);
    let answered = 0;
    for (const ways of [
      [
        ['a', 'b'],
        ['b', 'a'],
      ],
      [
        ['c', 'd'],
        ['d', 'e'],
        ['e', 'c'],
      ],
    ] as const) {
      client.send(ways.map(([name, on]) => put(name, on)).join(''));
      answered += ways.length;
      const statuses = (await client.answers(answered)).slice(-ways.length).map(({ status }) => status);
      expect(statuses).to.deep.equal([...ways.slice(1).map(() => 201), 400]);
    }
    client.socket.destroy();
    const names = Array.from({ length: 6 }, (_, at) => `ring-${at}`);
    const answers = await Promise.all(
      names.map((name, at) =>
        http.call('PUT', `/nodes/${name}`, { depends_on: [names[(at + 1) % names.length], 'switch'] }),
      ),
    );
    expect(answers.filter(({ status }) => status === 400)).to.have.length(1);
    expect(answers.filter(({ status }) => status === 201)).to.have.length(names.length - 1);
    expect(http.daemon.app.nodes.dependencyChanges.size).to.equal(0);
  });

  it("name no node beyond the caller's access in a cycle or a cause", async () => {
    const { auth, headers } = keys({ all: undefined, team: ['team/'] });
    const guarded = await DaemonOverHttp.start({}, auth);
    const put = (key: keyof typeof headers, name: string, body: object) =>
      guarded.call('PUT', `/nodes/${encodeURIComponent(name)}`, body, headers[key]);
    await put('all', 'secret', { depends_on: ['team/a'] });
    const refused = await put('team', 'team/a', { depends_on: ['team/b', 'secret'] });
    expect(refused.json).to.include({ error: 'depends_on: the node would come to depend on itself' });
    await put('all', 'team/c', { depends_on: ['secret'] });
    for (const name of ['secret', 'team/c'])
      await guarded.call('POST', `/nodes/${encodeURIComponent(name)}/fail`, undefined, headers.all);
    for (const path of ['/nodes', '/nodes/team%2Fc']) {
      expect((await guarded.call('GET', path, undefined, headers.team)).text).to.not.include('caused_by');
      expect((await guarded.call('GET', path, undefined, headers.all)).text).to.include(
        '"caused_by":"secret"',
      );
    }
    await guarded.stop();
  });

  it('refuse invalid dependencies', async () => {
    for (const [depends_on, problem] of [
      [['a', 'a'], 'depends_on: must name no node twice'],
      [['..'], 'depends_on.0: must be the name of a node'],
      ['a', 'depends_on: must be an array of names of nodes'],
    ] as const) {
      const answer = await http.call('PUT', '/nodes/web', { depends_on });
      expect(answer.json, problem).to.include({ error: problem });
    }
  });
});
