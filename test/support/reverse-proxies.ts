import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import type { DaemonProcess } from './daemon-process.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import type { TestResources } from './test-resources.js';

/** A program that stands in front of a daemon, with its sample file in deploy/. */
interface Proxy {
  readonly name: 'nginx' | 'Caddy' | 'HAProxy' | 'Apache';
  readonly sample: string;
  /** Where the sample file listens, and in place of it an address of the loopback. */
  readonly listens: Readonly<Record<string, (port: number) => string>>;
  /** The whole configuration. */
  readonly around: (sample: string, directory: string) => string;
  readonly command: (file: string, directory: string) => readonly [string, ...string[]];
}

const MODULES = '/usr/lib/apache2/modules';

export const PROXIES: readonly Proxy[] = [
  {
    name: 'nginx',
    sample: 'nginx.conf',
    listens: { 'listen 8080': (port) => `listen 127.0.0.1:${port}` },
    around: (sample, directory) => {
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (kind) => `${kind}_temp_path ${directory}/${kind};`,
      );
      return [
        'daemon off;',
        'master_process off;',
        `pid ${directory}/nginx.pid;`,
        `error_log ${directory}/logs/error.log;`,
        'events {}',
        `http { access_log off; ${temporary.join(' ')}`,
        sample,
        '}',
      ].join('\n');
    },
    command: (file, directory) => ['nginx', '-p', directory, '-c', file, '-e', `${directory}/logs/error.log`],
  },
  {
    name: 'Caddy',
    sample: 'Caddyfile',
    listens: { '\n:8080': (port) => `\nhttp://127.0.0.1:${port}` },
    around: (sample) => `{\n\tadmin off\n\tauto_https off\n}\n${sample}`,
    command: (file) => ['caddy', 'run', '--adapter', 'caddyfile', '--config', file],
  },
  {
    name: 'HAProxy',
    sample: 'haproxy.cfg',
    listens: { 'bind :8080': (port) => `bind 127.0.0.1:${port}` },
    around: (sample) => `global\n  log stdout format raw local0\n${sample}`,
    command: (file) => ['/usr/sbin/haproxy', '-db', '-f', file],
  },
  {
    name: 'Apache',
    sample: 'apache.conf',
    listens: {
      'Listen 8080': (port) => `Listen 127.0.0.1:${port}`,
      '<VirtualHost *:8080>': (port) => `<VirtualHost *:${port}>`,
    },
    around: (sample, directory) =>
      [
        `ServerRoot ${directory}`,
        'ServerName localhost',
        `PidFile ${directory}/apache.pid`,
        `DefaultRuntimeDir ${directory}`,
        `ErrorLog ${directory}/logs/error.log`,
        'User www-data',
        'Group www-data',
        ...['mpm_event', 'authz_core', 'proxy', 'proxy_http'].map(
          (module) => `LoadModule ${module}_module ${MODULES}/mod_${module}.so`,
        ),
        sample,
      ].join('\n'),
    // One process, which leaves none behind.
    command: (file) => ['/usr/sbin/apache2', '-X', '-f', file],
  },
];

/** Starts a proxy on the loopback in front of a daemon. Resolves when it passes requests on. */
export async function startProxy(
  { sample, listens, around, command }: Proxy,
  resources: TestResources,
  daemon: string,
  port?: number,
): Promise<{ readonly url: string; readonly process: DaemonProcess }> {
  const directory = resources.directory();
  mkdirSync(path.join(directory, 'logs'));
  const free = port ?? (await freePort());
  let site = readFileSync(`deploy/${sample}`, 'utf8').replaceAll('127.0.0.1:3519', new URL(daemon).host);
  for (const [written, here] of Object.entries(listens)) {
    expect(site).to.include(written);
    site = site.replace(written, here(free));
  }
  const file = path.join(directory, sample);
  writeFileSync(file, around(site, directory));
  const url = `http://127.0.0.1:${String(free)}`;
  const process = resources.run({
    command: command(file, directory),
    // Caddy keeps its certificates there.
    env: { HOME: directory, XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory },
  });
  await eventually(async () => {
    if (!process.running) throw new Error(`${process.stdout}${process.stderr}`);
    expect((await fetch(`${url}/healthz`)).status).to.equal(200);
  });
  return { url, process };
}
