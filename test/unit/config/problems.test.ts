import { expect } from 'chai';
import { problems, inForce } from './support.js';

describe('problems of a configuration', () => {
  it('name the required form, the value and its source', () => {
    const must = 'session_timeout: must be a number of seconds between 0.1 and 31536000';
    expect(problems({ flags: { '--session-timeout': 'abc' } })).to.deep.equal([
      `${must}, not "abc" (from --session-timeout)`,
    ]);
    expect(problems({ env: { HEARTBEAT_SESSION_TIMEOUT: '0' } })).to.deep.equal([
      `${must}, not 0 (from HEARTBEAT_SESSION_TIMEOUT)`,
    ]);
    expect(problems({ file: '# mine\nsession_timeout: [7]' })).to.deep.equal([
      `${must}, not [ 7 ] (from /etc/heartbeat.yaml:2)`,
    ]);
  });

  it('are listed all at once, from every source', () => {
    const listed = problems({
      flags: { '--port': '65536', '--blind-after': '' },
      env: { HEARTBEAT_LOG_FORMAT: 'xml', HEARTBEAT_PROT: '1' },
      file: 'shards: 0\nlogs: {level: info}\nlimits: {headers_timeout: 9, request_timeout: 9}',
    });
    expect(listed).to.deep.equal([
      'port: must be a whole number between 0 and 65535, not 65536 (from --port)',
      'blind_after: must be a number of seconds between 0.1 and 86400, not "" (from --blind-after)',
      'log.format: must be one of json, pretty, not "xml" (from HEARTBEAT_LOG_FORMAT)',
      'shards: must be a whole number between 1 and 1024, not 0 (from /etc/heartbeat.yaml:1)',
      'HEARTBEAT_PROT: unknown variable; did you mean HEARTBEAT_PORT?',
      'logs.level: unknown option; did you mean log.level? (from /etc/heartbeat.yaml:2)',
      'limits.headers_timeout: must be less than limits.request_timeout, ' +
        'which is 9 (from /etc/heartbeat.yaml:3), not 9 (from /etc/heartbeat.yaml:3)',
    ]);
  });

  it('are found in values that others override', () => {
    const said = { flags: { '--port': '1' }, env: { HEARTBEAT_PORT: 'x' }, file: 'port: y' };
    expect(problems(said)).to.have.lengthOf(2);
  });

  it('are one line each, also for values with line breaks', () => {
    const listed = problems({ file: '"a\\nb": 1\nhost: "x\\ny"\nport: {a: [1, {b: 2}]}' });
    expect(listed).to.have.lengthOf(3);
    for (const problem of listed) expect(problem).not.to.include('\n');
  });

  it('include slow senders being allowed more time than a whole request', () => {
    expect(problems({ flags: { '--limits-request-timeout': '5' } })).to.deep.equal([
      'limits.headers_timeout: must be less than limits.request_timeout, ' +
        'which is 5 (from --limits-request-timeout), not 10 (from default)',
    ]);
  });

  it('do not follow from another problem', () => {
    expect(problems({ flags: { '--limits-request-timeout': '-1' } })).to.have.lengthOf(1);
    expect(problems({ flags: { '--limits-request-timeout': '5' }, file: '{' })).to.deep.equal([
      '/etc/heartbeat.yaml:1:2: Flow map must end with a }',
    ]);
  });
});

describe('numbers in flags and in the environment', () => {
  const wrong = ['7s', '', '0x10', ' 7', '7 ', '+7', '07', '7,5', '.5', '5.', 'NaN', 'Infinity'];
  for (const written of [...wrong, '-Infinity', '1e999', '1_000', '٧', '7\n', 'null', 'true']) {
    it(`are not written ${JSON.stringify(written)}`, () => {
      expect(problems({ flags: { '--session-timeout': written } })).to.have.lengthOf(1);
      expect(problems({ env: { HEARTBEAT_SHARDS: written } })).to.have.lengthOf(1);
    });
  }

  it('may have fractions where they are durations, and not where they count', () => {
    expect(inForce({ flags: { '--session-timeout': '0.5' } }).config.session_timeout).to.equal(0.5);
    expect(inForce({ flags: { '--limits-body': '1e6' } }).config.limits.body).to.equal(1_000_000);
    expect(problems({ flags: { '--shards': '1.5' } })).to.have.lengthOf(1);
    expect(problems({ env: { HEARTBEAT_LIMITS_BODY: '0.5' } })).to.have.lengthOf(1);
  });
});

describe('history.retention', () => {
  it('is off unless it is given, and can be turned off in every way', () => {
    const flags = { '--history-retention': 'off' };
    const env = { HEARTBEAT_HISTORY_RETENTION: 'off' };
    const file = 'history: {retention: 60}';
    expect(inForce().config.history.retention).to.equal(null);
    expect(inForce({ file }).config.history.retention).to.equal(60);
    expect(inForce({ flags, file }).config.history.retention).to.equal(null);
    expect(inForce({ env, file }).config.history.retention).to.equal(null);
    for (const off of ['off', '"off"', 'null', '~']) {
      expect(inForce({ file: `history: {retention: ${off}}` }).config.history.retention).to.equal(null);
    }
  });

  it('is not turned off by a zero or an empty text', () => {
    for (const written of ['0', '', 'OFF', 'null']) {
      expect(problems({ flags: { '--history-retention': written } })).to.have.lengthOf(1);
    }
  });
});

describe('HEARTBEAT_ variables', () => {
  it('that are unknown are problems, near to an option or not', () => {
    expect(problems({ env: { HEARTBEAT_LOGLEVEL: 'info', HEARTBEAT_X: '1' } })).to.deep.equal([
      'HEARTBEAT_LOGLEVEL: unknown variable; did you mean HEARTBEAT_LOG_LEVEL?',
      'HEARTBEAT_X: unknown variable; unset it, or rename it without HEARTBEAT_ if another configuration uses it',
    ]);
  });

  it('leave the variables of others alone', () => {
    const env = { PATH: '/bin', PORT: '1', HEARTBEATS: '1', HEARTBEAT_UNSET: undefined };
    expect(inForce({ env }).config.port).to.equal(3519);
  });

  it('may be those that Kubernetes sets for a Service named heartbeat', () => {
    const env = {
      HEARTBEAT_SERVICE_HOST: '10.0.0.1',
      HEARTBEAT_SERVICE_PORT: '3519',
      HEARTBEAT_SERVICE_PORT_HTTP: '3519',
      HEARTBEAT_PORT: 'tcp://10.0.0.1:3519',
      HEARTBEAT_PORT_3519_TCP: 'tcp://10.0.0.1:3519',
      HEARTBEAT_PORT_3519_TCP_PROTO: 'tcp',
      HEARTBEAT_WEB_PORT: 'tcp://10.0.0.2:80',
      HEARTBEAT_WEB_SERVICE_HOST: '10.0.0.2',
    };
    const { config, sources } = inForce({ env });
    expect(config.port).to.equal(3519);
    expect(sources.get('port')).to.deep.equal({ kind: 'default' });
  });
});
