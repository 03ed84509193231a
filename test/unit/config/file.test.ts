import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../../src/config/load-config.js';
import { readText } from '../../../src/config/named-files.js';
import { inForce, problems } from './support.js';

const AT = '(from /etc/heartbeat.yaml:1)';

describe('the configuration file', () => {
  it('may be YAML', () => {
    const { config } = inForce({ file: 'port: 0\nlog: # all of it\n  level: debug\n' });
    expect(config).to.deep.include({ port: 0, log: { level: 'debug', format: 'json', metrics_every: 60 } });
  });

  it('may begin with a byte order mark, as may any file that it names', () => {
    const directory = mkdtempSync(join(tmpdir(), 'heartbeat-'));
    try {
      const file = join(directory, 'heartbeat.yaml');
      writeFileSync(file, '\ufeffport: 1');
      writeFileSync(join(directory, 'list'), '\ufeff- a\n- b\n');
      const loaded = loadConfig({ env: {}, cwd: '/etc', isTerminal: false, flags: { '--config': file } });
      expect(loaded.ok && loaded.config.port).to.equal(1);
      expect(readText(join(directory, 'list'))).to.equal('- a\n- b\n');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('may be JSON, indented by tabs too', () => {
    const file = JSON.stringify({ port: 0, log: { level: 'debug' } }, null, '\t');
    const { config } = inForce({ file });
    expect(config).to.deep.include({ port: 0, log: { level: 'debug', format: 'json', metrics_every: 60 } });
  });

  it('may be empty, and so may a group in it', () => {
    for (const file of ['', '# nothing\n', '{}', 'log:\n  # level: debug\n', 'log: {}']) {
      expect(inForce({ file }).config).to.deep.equal(inForce().config);
    }
  });

  it('may hold no unknown option, and the nearest known one is proposed', () => {
    const cases = {
      'sesion_timeout: 7': 'sesion_timeout: unknown option; did you mean session_timeout?',
      'sessionTimeout: 7': 'sessionTimeout: unknown option; did you mean session_timeout?',
      'log: {levle: info}': 'log.levle: unknown option; did you mean log.level?',
      'limits: {deep: {er: 1}}': 'limits.deep.er: unknown option; remove it',
      'colour: red': 'colour: unknown option; remove it',
      'log.level: info': 'log.level: unknown option; write "log: { level: … }"',
      '__proto__: {port: 1}': '__proto__.port: unknown option; remove it',
      'constructor: 1': 'constructor: unknown option; remove it',
      '<<: {port: 1}': '"<<.port": unknown option; did you mean port?',
      'retention: 1': 'retention: unknown option; did you mean history.retention?',
    };
    for (const [file, problem] of Object.entries(cases)) {
      expect(problems({ file })).to.deep.equal([`${problem} ${AT}`]);
    }
  });

  it('may not give one value to a group, nor a group to an option', () => {
    expect(problems({ file: 'log: debug' })).to.deep.equal([
      `log: must hold log.level, log.format, log.metrics_every ${AT}`,
    ]);
    expect(problems({ file: 'port: {}' })).to.deep.equal([
      `port: must be a whole number between 0 and 65535, not {} ${AT}`,
    ]);
    for (const file of ['- port: 1', 'port', '3519']) {
      expect(problems({ file })).to.deep.equal([
        '/etc/heartbeat.yaml: must be a map of options, such as "port: 3519"',
      ]);
    }
  });

  it('may not leave out a value', () => {
    for (const file of ['port:', '{port}', 'port: null']) {
      expect(problems({ file })[0]).to.include('not null');
    }
  });

  it('that cannot be parsed is a problem with line and column, and is not quoted', () => {
    const cases = {
      'port: 1\nport: 2': ':2:1: Map keys must be unique',
      'port: 1\nlog: secret: debug': ':2:6: Nested mappings are not allowed in compact mappings',
      '{"port": 1,\n "host": "secret}': ':2:18: Missing closing "quote',
      'log:\n\tlevel: secret': ':2:1: Tabs are not allowed as indentation',
      'port: !roman IV': ':1:7: Unresolved tag: !roman',
      'port: 1\n---\nport: 2': ':2:1: A second document: keep one',
      'port: *nowhere': ':1:7: An alias: write its value instead',
      'log: &self\n  level: *self': ':2:10: An alias: write its value instead',
    };
    for (const [file, problem] of Object.entries(cases)) {
      const listed = problems({ file });
      expect(listed[0]).to.equal(`/etc/heartbeat.yaml${problem}`);
      expect(listed.join()).not.to.include('secret');
    }
  });

  it('that cannot be read is a problem that names the flag or variable', () => {
    const failing = (code: string) => () => {
      throw Object.assign(new Error(code), { code });
    };
    const flags = { '--config': 'no.yaml' };
    expect(problems({ flags, readFile: failing('ENOENT') })).to.deep.equal([
      '/etc/no.yaml: cannot be read: there is no such file (from --config)',
    ]);
    const env = { HEARTBEAT_CONFIG: '/no.yaml', HEARTBEAT_PORT: 'x' };
    expect(problems({ env, readFile: failing('EACCES') })).to.deep.equal([
      'port: must be a whole number between 0 and 65535, not "x" (from HEARTBEAT_PORT)',
      '/no.yaml: cannot be read: permission denied (from HEARTBEAT_CONFIG)',
    ]);
    expect(problems({ env: { HEARTBEAT_CONFIG: '' } })).to.deep.equal([
      'HEARTBEAT_CONFIG: must be the path of a file, not ""',
    ]);
  });

  it('is read from the disk', () => {
    const directory = mkdtempSync(join(tmpdir(), 'heartbeat-config-'));
    const read = (name: string) =>
      loadConfig({ flags: { '--config': name }, env: {}, cwd: directory, isTerminal: false });
    try {
      writeFileSync(join(directory, 'heartbeat.json'), '{"port": 0}');
      expect(read('heartbeat.json')).to.have.nested.property('config.port', 0);
      expect(read('.')).to.have.nested.property(
        'problems[0]',
        `${directory}: cannot be read: it is a directory (from --config)`,
      );
      expect(read('x')).to.have.nested.property('ok', false);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
