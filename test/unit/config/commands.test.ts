import { expect } from 'chai';
import { Command } from 'commander';
import { configTable } from '../../../src/cli/config/config-table.js';
import { addConfigOptions, givenFlags } from '../../../src/cli/config/config-options.js';
import { options } from '../../../src/config/schema.js';
import { inForce } from './support.js';

function command(): Command {
  const silent = { writeOut: () => undefined, writeErr: () => undefined };
  return addConfigOptions(new Command()).option('--url <url>').exitOverride().configureOutput(silent);
}

function printed(said: Parameters<typeof inForce>[0], json: boolean): string {
  let text = '';
  configTable(inForce(said), { json, stdout: { write: (part) => (text += part) } });
  return text;
}

describe('the flags of a command', () => {
  it('are handed on as they were written, and only those that were given', () => {
    const parsed = command().parse(['--log-level', 'debug', '--port=007', '--shards', '-1'], {
      from: 'user',
    });
    expect(givenFlags(parsed)).to.deep.equal({
      '--log-level': 'debug',
      '--port': '007',
      '--shards': '-1',
    });
    expect(givenFlags(command().parse([], { from: 'user' }))).to.deep.equal({});
  });

  it('include --config and leave out the flags that are no options', () => {
    const parsed = command().parse(['--config', 'a.yaml', '--url', 'http://x'], { from: 'user' });
    expect(givenFlags(parsed)).to.deep.equal({ '--config': 'a.yaml' });
  });

  it('are all in the help, with their defaults', () => {
    const help = command().helpInformation();
    for (const { flag } of options) expect(help).to.match(new RegExp(`${flag} [<[]`));
    expect(help.replaceAll(/\s+/g, ' ')).to.include('a free one. Default: 3519.');
    expect(help, 'no Markdown').not.to.match(/\]\(|`/);
  });

  it('that are true or false are true where nothing else is said', () => {
    const read = (...flags: string[]) => givenFlags(command().parse(flags, { from: 'user' }));
    expect(read('--insecure', '--port', '1')).to.deep.equal({ '--insecure': 'true', '--port': '1' });
    expect(read('--insecure', 'false')).to.deep.equal({ '--insecure': 'false' });
    expect(read('--nodes-auto-register=false')).to.deep.equal({ '--nodes-auto-register': 'false' });
  });

  it('are refused when they are unknown', () => {
    expect(() => command().parse(['--prot', '1'], { from: 'user' })).to.throw('--prot');
  });
});

describe('heartbeat config', () => {
  const said = {
    flags: { '--port': '0', '--insecure': 'true' },
    env: { HEARTBEAT_HOST: '::' },
    file: '\nhistory: {retention: 60}',
    isTerminal: true,
  };

  it('prints every option in force and where it came from', () => {
    const lines = printed(said, false).trimEnd().split('\n');
    // Those of the channels follow.
    expect(lines.filter((line) => !line.startsWith('channels.'))).to.have.lengthOf(options.length + 1);
    const cells = lines.map((line) => line.split(/ {2,}/).join('|'));
    expect(cells).to.include.members([
      'OPTION|VALUE|FROM',
      'port|0|--port',
      'host|::|HEARTBEAT_HOST',
      'history.retention|60|/etc/heartbeat.yaml:2',
      'log.format|pretty|default, as standard error is a terminal',
      'session_timeout|7|default',
      'channels.log.kind|log|default, as no channel is configured',
    ]);
    expect(printed({}, false)).to.match(/^history\.retention +off +default$/m);
  });

  it('aligns its columns and leaves no blanks at the ends', () => {
    const lines = printed(said, false).trimEnd().split('\n');
    const column = lines[0]?.indexOf('FROM') ?? 0;
    for (const line of lines) {
      expect(line.slice(column - 2, column)).to.equal('  ');
      expect(line).to.equal(line.trimEnd());
    }
  });

  it('prints maps in a list as JSON, as groups of a status page and people of a rota', () => {
    const file = 'status: { web: { title: Example, groups: [{ title: Web, labels: { team: web } }] } }';
    const cells = printed({ file }, false)
      .split('\n')
      .map((line) => line.split(/ {2,}/).join('|'));
    expect(cells).to.include.members([
      'status.web.title|Example|/etc/heartbeat.yaml:1',
      'status.web.groups|{"title":"Web","labels":{"team":"web"}}|/etc/heartbeat.yaml:1',
    ]);
    expect(JSON.parse(printed({ file }, true))).to.have.nested.property(
      'status\\.web.value.groups[0].title',
      'Web',
    );
  });

  it('prints the same as JSON', () => {
    const all: unknown = JSON.parse(printed(said, true));
    expect(all).to.have.all.keys([...options.map(({ key }) => key), 'channels.log']);
    expect(all).to.deep.include({
      port: { value: 0, from: { kind: 'flag', name: '--port' } },
      'history.retention': {
        value: 60,
        from: { kind: 'file', path: '/etc/heartbeat.yaml', line: 2 },
      },
      shards: { value: 16, from: { kind: 'default' } },
    });
  });
});
