import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { parse, parseAllDocuments } from 'yaml';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const RULES = 'deploy/prometheus';

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const dashboard = JSON.parse(readFileSync('deploy/grafana/dashboards/heartbeat.json', 'utf8')) as {
  readonly uid: string;
  readonly panels: readonly Panel[];
};

function run(tool: string, given: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(tool, given, { cwd: RULES, encoding: 'utf8' });
  if (error !== undefined)
    throw new Error(`the tests need ${tool}: scripts/tools-for-tests`, { cause: error });
  expect(status, `${stdout}${stderr}`).to.equal(0);
  return stdout;
}

function promtool(...given: string[]): string {
  return run('promtool', given);
}

describe('the folder deploy/', () => {
  it('has a configuration and rules that promtool finds right', () => {
    expect(promtool('check', 'config', 'prometheus.yml')).to.include('SUCCESS');
    expect(promtool('check', 'rules', '--lint=all', '--lint-fatal', 'rules.yml')).to.include('SUCCESS');
  });

  it('has a configuration that Alertmanager finds right', () => {
    expect(run('amtool', ['check-config', path.resolve('deploy/alertmanager/alertmanager.yml')])).to.include(
      'SUCCESS',
    );
  });

  it('has rules that fire when they should, and not when all is well', () => {
    expect(promtool('test', 'rules', 'rules.test.yml')).to.include('SUCCESS');
  });

  it('has a rule that fires in the test of rules for every alert', () => {
    const alerts = [...readFileSync(`${RULES}/rules.yml`, 'utf8').matchAll(/alert: (\w+)/g)].map(
      ([, name]) => name,
    );
    expect(alerts).to.have.length.greaterThan(10);
    const { tests } = parse(readFileSync(`${RULES}/rules.test.yml`, 'utf8')) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts?: unknown[] }[] }[];
    };
    const firing = tests
      .flatMap(({ alert_rule_test }) => alert_rule_test)
      .filter(({ exp_alerts = [] }) => exp_alerts.length > 0);
    expect(firing.map(({ alertname }) => alertname)).to.include.members(alerts);
  });

  it('has a unit that systemd finds right, and that lets the daemon do little beside its work', async () => {
    const directory = await temporaryDirectory();
    try {
      const unit = path.join(directory.path, 'heartbeat.service');
      const text = readFileSync('deploy/heartbeat.service', 'utf8');
      writeFileSync(
        unit,
        text.replace('/opt/heartbeat/scripts/node-with-heap', path.resolve('scripts/node-with-heap')),
      );
      cpSync('deploy/heartbeat.service.d', `${unit}.d`, { recursive: true });
      run('systemd-analyze', ['verify', unit]);
      // Out of 100: the exposure level of systemd.
      run('systemd-analyze', ['security', '--offline=true', '--threshold=20', '--no-pager', unit]);
    } finally {
      await directory.remove();
    }
  });

  it('has a unit that sets the heap from its memory, as scripts/start and the image do', () => {
    for (const file of ['deploy/heartbeat.service', 'deploy/Dockerfile', 'scripts/start'])
      expect(readFileSync(file, 'utf8'), file).to.match(/scripts\/node-with-heap\b.* "?(?:--|\$)/);
  });

  it('has an image whose build has every file that it copies and its scripts read', () => {
    const image = readFileSync('deploy/Dockerfile', 'utf8');
    const sent = readFileSync('.dockerignore', 'utf8')
      .split('\n')
      .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
    const copied = [...image.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) =>
      files.split(' '),
    );
    expect(copied).to.not.be.empty;
    for (const file of copied) expect(sent).to.include(file.split('/')[0]);
    for (const script of ['scripts/bundle.js', 'scripts/dashboard.js']) {
      const read = readFileSync(script, 'utf8').matchAll(/'(scripts\/[\w.-]+)'/g);
      for (const [, file = ''] of [...read, [script, script]]) expect(image).to.include(` ${file} `);
    }
  });

  it('has a dashboard whose every panel asks something that Prometheus understands', async () => {
    const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    expect(expressions).to.have.length.greaterThan(30);
    const rules = expressions.map((expr, at) => ({
      record: `panel:${String(at)}`,
      expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.*'),
    }));
    const directory = await temporaryDirectory();
    try {
      const file = path.join(directory.path, 'panels.yml');
      writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
      promtool('check', 'rules', '--lint=none', file);
    } finally {
      await directory.remove();
    }
  });

  it('has a dashboard whose panels have ids and titles of their own', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).to.equal(ids.length);
    for (const { title } of dashboard.panels) expect(title).to.not.equal('');
  });

  it('has manifests that are YAML, with the probes where they are answered', () => {
    const read = (file: string): unknown[] =>
      parseAllDocuments(readFileSync(`deploy/${file}`, 'utf8')).map((document) => {
        expect(document.errors, file).to.be.empty;
        return document.toJS() as unknown;
      });
    const [compose] = read('compose.yaml');
    expect(compose).to.have.nested.property('services.heartbeat.build.dockerfile');
    expect(compose).to.have.nested.property('services.heartbeat.read_only', true);
    expect(compose).to.have.nested.property('services.alertmanager.image');
    const [service, daemon] = read('kubernetes.yaml');
    const pod = 'spec.template.spec';
    expect(daemon).to.have.nested.property(`${pod}.securityContext.seccompProfile.type`, 'RuntimeDefault');
    const container = `${pod}.containers[0]`;
    expect(daemon).to.have.nested.property(`${container}.livenessProbe.httpGet.path`, '/healthz');
    // Not /readyz/storing: a full disk would take presence away.
    expect(daemon).to.have.nested.property(`${container}.readinessProbe.httpGet.path`, '/readyz');
    expect(daemon).to.have.nested.property(`${container}.resources.limits.memory`);
    expect(daemon).to.have.nested.property(`${container}.securityContext.readOnlyRootFilesystem`, true);
    const [monitor] = read('service-monitor.yaml');
    expect(monitor).to.have.nested.property('spec.endpoints[0].authorization.credentials.name');
    expect(service).to.deep.nested.include({ 'metadata.labels': { app: 'heartbeat' } });
    expect(monitor).to.deep.nested.include({ 'spec.selector.matchLabels': { app: 'heartbeat' } });
  });

  it('has a chart of the version of the package', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(parse(readFileSync('deploy/helm/heartbeat/Chart.yaml', 'utf8'))).to.include({
      version,
      appVersion: version,
    });
    expect(parse(readFileSync('deploy/helm/heartbeat/values.yaml', 'utf8'))).to.have.property('config');
  });

  it('starts the daemon with the flags that it is measured with', () => {
    const flags = readFileSync('scripts/v8-flags', 'utf8').match(/^--.*$/gm) ?? [];
    expect(flags).to.not.be.empty;
    for (const flag of flags) {
      expect(readFileSync('deploy/heartbeat.service', 'utf8')).to.include(` ${flag} `);
      expect(readFileSync('deploy/Dockerfile', 'utf8')).to.include(`"${flag}"`);
    }
  });

  describe('sets the heap', () => {
    let root: string;

    beforeEach(() => {
      root = mkdtempSync(path.join(tmpdir(), 'heartbeat-test-'));
      put('proc/meminfo', 'MemTotal:       16000000 kB\n');
      put('proc/self/cgroup', '0::/pod/container\n');
    });

    afterEach(() => {
      rmSync(root, { recursive: true });
    });

    function put(name: string, content: string): void {
      const file = path.join(root, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
    }

    function flagsOf(nodeOptions = ''): string {
      const { stdout } = spawnSync(path.resolve('scripts', 'heap-flag'), [root], {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], NODE_OPTIONS: nodeOptions },
      });
      return stdout.trim();
    }

    it('from the memory of the container, or of the tightest group above it', () => {
      put('sys/fs/cgroup/pod/container/memory.max', 'max\n');
      put('sys/fs/cgroup/pod/memory.max', `${512 * 1024 * 1024}\n`);
      expect(flagsOf()).to.equal('--max-old-space-size=307 --max-semi-space-size=16');
      put('sys/fs/cgroup/pod/container/memory.max', `${256 * 1024 * 1024}\n`);
      expect(flagsOf()).to.equal('--max-old-space-size=153 --max-semi-space-size=8');
    });

    it('in a container that sees itself as the root, with the groups of version 1 too', () => {
      put('proc/self/cgroup', '4:memory:/docker/abc\n');
      put('sys/fs/cgroup/memory/memory.limit_in_bytes', `${2048 * 1024 * 1024}\n`);
      expect(flagsOf()).to.equal('--max-old-space-size=1228 --max-semi-space-size=64');
    });

    it('not where there is no limit, and not where somebody has chosen one', () => {
      expect(flagsOf()).to.equal('');
      put('sys/fs/cgroup/pod/memory.max', '9223372036854771712\n');
      expect(flagsOf()).to.equal('');
      put('sys/fs/cgroup/pod/memory.max', `${512 * 1024 * 1024}\n`);
      expect(flagsOf('--max-old-space-size=100')).to.equal('');
    });
  });
});
