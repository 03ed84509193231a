import { expect } from 'chai';
import { parseAlertId } from '../../../src/domain/alert-id.js';
import { authOf, callWith, keyRule } from '../auth/support.js';
import { DaemonOverHttp } from '../nodes/support.js';
import { starting } from '../support/gateway-under-test.js';

describe('the audit log', () => {
  const start = starting(true);
  const auth = authOf(keyRule('ops', { scopes: ['admin'] }), keyRule('app', { scopes: ['heal', 'read'] }));

  it('logs each change with its caller, but no reads, heals or refusals', async () => {
    const gateway = await start({ auth });
    gateway.daemon.alerts = {
      ...gateway.daemon.alerts,
      command: ({ answered }) =>
        setImmediate(answered, { kind: 'accepted', id: parseAlertId('01M8160K8C0000MBCVSRV9YN0E')! }),
    };
    const headers = { 'x-request-id': 'r1' };
    await callWith(gateway, 'ops', 'DELETE', '/users/5', { headers });
    await callWith(gateway, 'ops', 'POST', '/channels/chat/test');
    for (const [key, method, path] of [
      ['ops', 'PUT', '/heal/5'],
      ['ops', 'GET', '/supervision'],
      ['ops', 'DELETE', '/nodes/unknown'],
      ['ops', 'DELETE', '/users/x'],
      ['app', 'DELETE', '/users/5'],
    ] as const) {
      await callWith(gateway, key, method, path);
    }
    const audits = gateway.logger.lines.filter(({ event }) => event === 'audit');
    expect(
      audits.map(({ level, fields }) => [
        level,
        fields['key'],
        fields['method'],
        fields['path'],
        fields['status'],
      ]),
    ).to.deep.equal([
      ['info', 'ops', 'DELETE', '/users/5', 204],
      ['info', 'ops', 'POST', '/channels/chat/test', 202],
    ]);
    expect(audits[0]?.fields).to.include({ request_id: 'r1', address: '127.0.0.1' });
    expect(JSON.stringify(gateway.logger.lines)).to.not.include('Bearer');
  });

  it('logs settings, pauses, reports and deletions of nodes', async () => {
    const daemon = await DaemonOverHttp.start({}, auth);
    try {
      for (const [method, path] of [
        ['PUT', ''],
        ['POST', '/pause'],
        ['POST', '/resume'],
        ['POST', '/fail'],
        ['PUT', '/heartbeat'],
        ['GET', ''],
        ['DELETE', ''],
      ] as const) {
        await daemon.call(method, `/nodes/web%0A1${path}`, undefined, { authorization: 'Bearer ops' });
      }
      const audits = daemon.daemon.logger.lines.filter(({ event }) => event === 'audit');
      expect(
        audits.map(({ fields }) => `${String(fields['method'])} ${String(fields['path'])}`),
      ).to.deep.equal([
        'PUT /nodes/web%0A1',
        'POST /nodes/web%0A1/pause',
        'POST /nodes/web%0A1/resume',
        'POST /nodes/web%0A1/fail',
        'DELETE /nodes/web%0A1',
      ]);
    } finally {
      await daemon.stop();
    }
  });
});
