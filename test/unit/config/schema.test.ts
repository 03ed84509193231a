import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { fromText } from '../../../src/config/value-kinds.js';
import { options } from '../../../src/config/schema.js';
import { refusedText, valueText } from '../../../src/config/value-source.js';
import { withTable } from '../../../src/config/options-table.js';
import { inForce } from './support.js';

describe('the schema of the configuration', () => {
  it('has these defaults', () => {
    expect(inForce().config).to.deep.equal({
      port: 3519,
      host: '127.0.0.1',
      unix_socket_mode: '600',
      insecure: false,
      tls: { certificate: null, key: null },
      allowed_hosts: null,
      public_url: null,
      trusted_proxies: null,
      sign_in: { lifetime: 604_800 },
      cors: { origins: null },
      docs: { public: false },
      data_dir: './data',
      store: 'leveldb',
      store_ca_file: null,
      store_password_env: null,
      store_password_file: null,
      cluster: {
        name: null,
        advertise: null,
        etcd: { endpoints: null, prefix: '/heartbeat', ca_file: null, certificate: null, key: null },
      },
      session_timeout: 7,
      user_ids: 'integer',
      nodes: {
        timeout: 30,
        max_retries: 3,
        auto_register: true,
        max: 1_000_000,
        declared: null,
        prune: true,
      },
      shards: 16,
      partitions: 1,
      blind_after: 1,
      blind_grace: 120,
      shutdown_timeout: 10,
      keep_alive_timeout: 75,
      log: { level: 'info', format: 'json', metrics_every: 60 },
      history: { retention: null, slow_commit: 1 },
      flips: { retention: 34_560_000 },
      alerts: {
        retention: 7_776_000,
        remind_every: null,
        mass_failure: { share: 0.3, at_least: 20, window: 10, hold: 60 },
        flapping: { max_per_hour: 12 },
      },
      events: { past: 100_000, readers: 5000, watched: 1_000_000 },
      ping: { url: null, every: 60 },
      pings: { body: 10_000, max_bytes: 1_000_000_000 },
      probes: { allow: ['public'], concurrency: 64, ca_file: null },
      outbound: { proxy: null },
      limits: {
        alerts: 100_000,
        silences: 1000,
        sign_ins: 1000,
        rate_per_key: null,
        rate_per_address: null,
        rate_per_socket: 100,
        sockets: 50_000,
        socket_frame: 65_536,
        socket_idle: 60,
        socket_watched: 1000,
        socket_unsent: 1_048_576,
        unsent_answers: 67_108_864,
        batch: 10_000,
        body: 1_048_576,
        headers: 16_384,
        connections: 65_536,
        in_flight: 10_000,
        pass: 0.05,
        request_timeout: 30,
        requests_per_pass: 100,
        headers_timeout: 10,
        mailbox: 1000,
        memory: 0.75,
        history_queue: 200_000,
        users: 5_000_000,
        devices: 16,
        page: 10_000,
      },
    });
  });

  it('names each option in three ways that say the same', () => {
    const level = options.find(({ key }) => key === 'log.level');
    expect(level).to.include({ flag: '--log-level', variable: 'HEARTBEAT_LOG_LEVEL' });
    const inFlight = options.find(({ key }) => key === 'limits.in_flight');
    expect(inFlight).to.include({
      flag: '--limits-in-flight',
      variable: 'HEARTBEAT_LIMITS_IN_FLIGHT',
    });
    for (const name of ['key', 'flag', 'variable'] as const) {
      expect(new Set(options.map((option) => option[name])).size).to.equal(options.length);
    }
  });

  it('makes an immutable configuration', () => {
    const { config } = inForce();
    expect([config, config.log, config.history, config.limits]).to.satisfy((parts: readonly object[]) =>
      parts.every((part) => Object.isFrozen(part)),
    );
  });

  it('writes the table in docs/configuration.md (else run scripts/docs-configuration.ts)', () => {
    const path = new URL('../../../docs/configuration.md', import.meta.url);
    const document = readFileSync(path, 'utf8');
    expect(document).to.equal(withTable(document));
    for (const { key } of options) expect(document).to.include(`\`${key}\``);
  });

  it('refuses to write its table into a document without the markers', () => {
    expect(() => withTable('# Configuration')).to.throw('lacks the marker');
  });
});

describe('a secret', () => {
  it('is never printed, neither in force nor refused', () => {
    const secret = { secret: true };
    expect(valueText(secret, 'hush')).to.equal('(secret)');
    expect(refusedText(secret, 'hush')).to.equal('the one given');
  });
});

describe('a boolean in a flag or the environment', () => {
  it('is true or false and nothing else', () => {
    expect(fromText('boolean', 'true')).to.equal(true);
    expect(fromText('boolean', 'false')).to.equal(false);
    for (const written of ['', '1', 'yes', 'True', ' true']) {
      expect(fromText('boolean', written)).to.equal(written);
    }
  });
});
