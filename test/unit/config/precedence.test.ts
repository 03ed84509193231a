import { expect } from 'chai';
import { inForce } from './support.js';

const flags = { '--log-level': 'debug' };
const env = { HEARTBEAT_LOG_LEVEL: 'warn' };
const file = 'log:\n  level: error\n';

describe('precedence of configuration', () => {
  const cases = [
    { name: 'a flag wins over the environment', said: { flags, env }, wins: 'debug' },
    { name: 'a flag wins over the file', said: { flags, file }, wins: 'debug' },
    { name: 'a flag wins over the default', said: { flags }, wins: 'debug' },
    { name: 'the environment wins over the file', said: { env, file }, wins: 'warn' },
    { name: 'the environment wins over the default', said: { env }, wins: 'warn' },
    { name: 'the file wins over the default', said: { file }, wins: 'error' },
    { name: 'a flag wins over all at once', said: { flags, env, file }, wins: 'debug' },
    { name: 'the default holds when nothing is said', said: {}, wins: 'info' },
  ];
  for (const { name, said, wins } of cases) {
    it(name, () => {
      expect(inForce(said).config.log.level).to.equal(wins);
    });
  }

  it('is decided for each option by itself', () => {
    const { config, sources } = inForce({
      flags: { '--port': '1' },
      env: { HEARTBEAT_PORT: '2', HEARTBEAT_SHARDS: '3' },
      file: 'port: 4\nshards: 5\n\nlimits:\n  users: 6',
    });
    expect(config).to.deep.include({ port: 1, shards: 3, host: '127.0.0.1' });
    expect(config.limits.users).to.equal(6);
    expect(sources.get('port')).to.deep.equal({ kind: 'flag', name: '--port' });
    expect(sources.get('shards')).to.deep.equal({ kind: 'environment', name: 'HEARTBEAT_SHARDS' });
    expect(sources.get('limits.users')).to.deep.equal({
      kind: 'file',
      path: '/etc/heartbeat.yaml',
      line: 5,
    });
    expect(sources.get('host')).to.deep.equal({ kind: 'default' });
  });

  it('names the file by --config before HEARTBEAT_CONFIG, relative to the working directory', () => {
    const read: string[] = [];
    const readFile = (path: string) => {
      read.push(path);
      return '';
    };
    inForce({ env: { HEARTBEAT_CONFIG: 'b.yaml' }, cwd: '/srv', readFile });
    const both = { flags: { '--config': 'a.yaml' }, env: { HEARTBEAT_CONFIG: '/b.yaml' } };
    inForce({ ...both, cwd: '/srv', readFile });
    expect(read).to.deep.equal(['/srv/b.yaml', '/srv/a.yaml']);
  });

  it('reads no file that is not named', () => {
    const readFile = () => expect.fail('read a file');
    expect(inForce({ readFile }).config.port).to.equal(3519);
  });
});

describe('log.format', () => {
  it('is pretty on a terminal and json otherwise, and says why', () => {
    const onTerminal = inForce({ isTerminal: true });
    expect(onTerminal.config.log.format).to.equal('pretty');
    expect(onTerminal.sources.get('log.format')).to.deep.equal({
      kind: 'default',
      because: 'standard error is a terminal',
    });
    const elsewhere = inForce({ isTerminal: false });
    expect(elsewhere.config.log.format).to.equal('json');
    expect(elsewhere.sources.get('log.format')).to.deep.include({ kind: 'default' });
  });

  it('is the configured one, on a terminal or not', () => {
    const said = { flags: { '--log-format': 'json' }, isTerminal: true };
    expect(inForce(said).config.log.format).to.equal('json');
  });
});
