import { expect } from 'chai';
import type { KeptProbeResults, NodeProbe, NodeWithProbe } from '../../../src/domain/probe.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import type { HistoryRecord } from '../../../src/ports/history-record.js';
import type { Prober, ProbeChange, ProbeLimits, StartProber } from '../../../src/ports/prober.js';
import { node } from '../../support/ids.js';
import { RefusingStore } from '../../support/refusing-store.js';
import { RecordingAlerting } from '../../support/recording-alerting.js';
import { configOf } from '../../support/simulated-app.js';
import { withDaemon } from '../../support/with-daemon.js';

const WEB = node('web');
const PROBE: NodeProbe = { http: 'https://example.org/', every: 30, expect: { max_ms: 2000 } };

/** Probers of one daemon: nothing is probed, and a test says what the last one found. */
class Probers {
  readonly started: Prober[] = [];
  readonly limits: ProbeLimits[] = [];
  changes: ProbeChange[] = [];
  answers = true;
  #listener: Parameters<StartProber>[0] | undefined;

  readonly start: StartProber = (listener) => {
    this.#listener = listener;
    this.changes = [];
    const prober: Prober = {
      limit: (limits) => this.limits.push(limits),
      change: (changes) => this.changes.push(...changes),
      ask: () => {
        if (this.answers) listener.answered();
      },
      stop: async () => {
        if (this.#listener === listener) this.#listener = undefined;
      },
    };
    this.started.push(prober);
    return prober;
  };

  get isRunning(): boolean {
    return this.#listener !== undefined;
  }

  find(name: NodeName, reason?: string, generation = this.generationOf(name)): void {
    const result = {
      at: 0 as never,
      took: 12,
      timings: { connect: 5 },
      ...(reason !== undefined && { reason }),
    };
    this.#listener?.heard({ results: [{ node: name, generation, result }], underWay: 1, waiting: 0 });
  }

  generationOf(name: NodeName): number {
    return this.changes.findLast((change) => change.node === name)?.generation ?? NaN;
  }

  end(): void {
    this.#listener?.ended(new Error('killed'));
  }
}

/** A disk that counts how often results are written, and may be unreadable. */
class StoreOfResults extends RefusingStore {
  written = 0;
  isUnreadable = false;

  override async write(batch: readonly HistoryRecord[]): Promise<void> {
    await super.write(batch);
    this.written += batch.filter(({ kind }) => kind === 'probe_results').length;
  }

  override async probeResults(probed: readonly NodeWithProbe[]): Promise<readonly KeptProbeResults[]> {
    if (this.isUnreadable) throw new Error('the disk is broken');
    return super.probeResults(probed);
  }
}

describe('a node that the daemon probes', () => {
  let probers: Probers;
  let store: StoreOfResults;
  let alerting: RecordingAlerting;
  const daemon = withDaemon({
    options: () => {
      probers = new Probers();
      alerting = new RecordingAlerting();
      store = new StoreOfResults();
      return { alerting, startProber: probers.start, store };
    },
  });

  const put = (probe: NodeProbe | null, name = WEB) =>
    daemon.askNode({ kind: 'put', change: { timeout: 40_000, maxRetries: 1, probe } }, name);
  const found = async (reason?: string): Promise<void> => {
    probers.find(WEB, reason);
    await daemon.clock.settle();
  };
  const flips = () => alerting.raised.map(({ flip: { to, reason } }) => [to, reason]);
  const stateOf = async (): Promise<string> => {
    const reply = await daemon.askNode('describe', WEB);
    return reply?.kind === 'node' ? reply.node.state : String(reply?.kind);
  };

  it('starts no prober before there is one', async () => {
    await daemon.askNode('heartbeat', WEB);
    expect(probers.started).to.have.length(0);
    await put(PROBE);
    expect(probers.started).to.have.length(1);
    expect(probers.limits).to.deep.equal([configOf().probes]);
    expect(probers.changes).to.have.length(1);
    expect(probers.changes[0]).to.deep.include({ node: WEB, probe: PROBE, isNew: true });
  });

  it('stays active while its probe passes, and fails by its timeout with the reason when it fails', async () => {
    await put(PROBE);
    for (let round = 0; round < 5; round++) {
      await daemon.clock.advance(30_000);
      await found();
    }
    expect(flips()).to.deep.equal([]);
    for (let round = 0; round < 3; round++) {
      await daemon.clock.advance(30_000);
      await found('it answered 500');
    }
    expect(flips()).to.deep.equal([
      ['inactive', 'probe failed: it answered 500'],
      ['failed', 'probe failed: it answered 500'],
    ]);
    await found();
    expect(flips().at(-1)).to.deep.equal(['active', undefined]);
  });

  it('does not fail because its probe did not run, however long', async () => {
    await put(PROBE);
    await daemon.clock.advance(400_000);
    expect(flips()).to.deep.equal([]);
    expect(await stateOf()).to.equal('active');
    await found('it answered 500');
    // One failed probe is one miss.
    expect(flips()).to.deep.equal([['inactive', 'probe failed: it answered 500']]);
    await daemon.clock.advance(200_000);
    expect(flips()).to.have.length(1);
    await found('connection refused');
    expect(flips().at(-1)).to.deep.equal(['failed', 'probe failed: connection refused']);
  });

  it('does not fail because the daemon was blind, and is judged by what is found after it', async () => {
    await put(PROBE);
    await found();
    await daemon.clock.advance(1000);
    await found('it answered 500');
    daemon.clock.standStill(3_600_000);
    await daemon.clock.advance(200_000);
    expect(flips()).to.deep.equal([]);
    await found();
    expect(flips()).to.deep.equal([]);
  });

  it('is probed again after a restart, at its place in the interval', async () => {
    await put(PROBE);
    await daemon.killAndStart(3_600_000);
    await daemon.clock.settle();
    expect(probers.started).to.have.length(2);
    expect(probers.changes).to.have.length(1);
    expect(probers.changes[0]).to.deep.include({ node: WEB, probe: PROBE, isNew: false });
    await daemon.clock.advance(200_000);
    expect(await stateOf()).to.equal('active');
  });

  it('is not probed while it is paused, without a probe, or deleted', async () => {
    await put(PROBE);
    const last = () => probers.changes.at(-1)?.probe;
    await daemon.askNode({ kind: 'pause' }, WEB);
    expect(last()).to.equal(undefined);
    await daemon.askNode('resume', WEB);
    expect(last()).to.deep.equal(PROBE);
    await put(null);
    expect(last()).to.equal(undefined);
    await put(PROBE);
    await daemon.askNode('forget', WEB);
    expect(last()).to.equal(undefined);
    await found();
    // A result that was under way registers no node.
    expect(await daemon.askNode('describe', WEB)).to.deep.include({ kind: 'refused' });
  });

  it('is not judged by the result of an earlier probe', async () => {
    await put(PROBE);
    const before = probers.generationOf(WEB);
    await put({ tcp: 'example.org:443' });
    await daemon.clock.advance(100_000);
    probers.find(WEB, 'it answered 500', before);
    await daemon.clock.settle();
    expect(flips()).to.deep.equal([]);
    expect(daemon.app.probes.resultsOf(WEB)).to.deep.equal([]);
  });

  it('has the last results, newest first, and of no more than 20', async () => {
    await put(PROBE);
    for (let count = 1; count <= 25; count++) probers.find(WEB, `reason ${count}`);
    await daemon.clock.settle();
    const results = daemon.app.probes.resultsOf(WEB);
    expect(results).to.have.length(20);
    expect([results[0]?.reason, results.at(-1)?.reason]).to.deep.equal(['reason 25', 'reason 6']);
  });

  describe('keeps its last results', () => {
    const reasons = () => daemon.app.probes.resultsOf(WEB).map(({ reason }) => reason);
    const restart = async () => {
      await daemon.app.stop();
      await daemon.startAgain();
      await daemon.clock.settle();
    };

    beforeEach(async () => {
      await put(PROBE);
      for (let count = 1; count <= 15; count++) await found(`reason ${String(count)}`);
    });

    it('when the daemon stops and starts again, and adds to them', async () => {
      await restart();
      expect(reasons()).to.have.length(15);
      for (let count = 16; count <= 25; count++) await found(`reason ${String(count)}`);
      expect(reasons()).to.have.length(20);
      expect([reasons()[0], reasons().at(-1)]).to.deep.equal(['reason 25', 'reason 6']);
      await restart();
      expect([reasons()[0], reasons().at(-1)]).to.deep.equal(['reason 25', 'reason 6']);
    });

    it('when it is killed, but those of the last five minutes, in few writes', async () => {
      for (let seconds = 0; seconds < 320; seconds += 20) {
        await found(`after ${String(seconds)} s`);
        await daemon.clock.advance(20_000);
      }
      expect(store.written).to.equal(1);
      await daemon.killAndStart();
      await daemon.clock.settle();
      expect(reasons()).to.have.length(20);
      expect(reasons()[0]).to.be.oneOf(['after 280 s', 'after 300 s']);
    });

    it('but none of another probe, of another node of its name, or from before a pause', async () => {
      await daemon.clock.advance(320_000);
      await put({ ...PROBE, every: 60 });
      await daemon.killAndStart();
      await daemon.clock.settle();
      expect(reasons(), 'the record on disk is that of the earlier probe').to.deep.equal([]);
      await found('of this probe');
      await daemon.askNode({ kind: 'pause' }, WEB);
      await daemon.askNode('resume', WEB);
      await restart();
      expect(reasons()).to.deep.equal([]);
      await found('of this node');
      await daemon.clock.advance(320_000);
      await daemon.askNode('forget', WEB);
      await put({ ...PROBE, every: 60 });
      await restart();
      expect(reasons()).to.deep.equal([]);
    });

    it('while the disk refuses writes, and stores them once it does not', async () => {
      store.full = true;
      await daemon.clock.advance(320_000);
      expect(reasons()).to.have.length(15);
      store.full = false;
      await daemon.clock.advance(20_000);
      expect(store.written).to.equal(1);
      await daemon.killAndStart();
      await daemon.clock.settle();
      expect(reasons()).to.have.length(15);
      expect(daemon.fatal).to.equal(undefined);
    });

    it('as far as they can be read', async () => {
      await daemon.app.stop();
      store.isUnreadable = true;
      await daemon.startAgain();
      await daemon.clock.settle();
      expect(reasons()).to.deep.equal([]);
      expect(daemon.logger.lines.map(({ event }) => event)).to.include('results of probes cannot be read');
      store.isUnreadable = false;
      await found('of this run');
      await restart();
      expect(reasons()).to.deep.equal(['of this run']);
    });
  });

  it('is probed by another prober when the last one has ended', async () => {
    await put(PROBE);
    probers.end();
    await daemon.clock.advance(1000);
    expect(probers.started).to.have.length(2);
    expect(probers.changes[0]).to.deep.include({ node: WEB, probe: PROBE });
    await daemon.clock.advance(100_000);
    await found('it answered 500');
    expect(flips()).to.have.length(1);
    expect(daemon.fatal).to.equal(undefined);
  });

  it('is probed by another prober when the last one does not answer', async () => {
    await put(PROBE);
    await daemon.clock.advance(60_000);
    expect(probers.started).to.have.length(1);
    probers.answers = false;
    await daemon.clock.advance(21_000);
    expect(probers.started).to.have.length(2);
    expect(daemon.logger.lines.map(({ event }) => event)).to.include('prober does not answer');
  });

  it('is not given up by a prober that did not answer because the daemon stood still', async () => {
    await put(PROBE);
    daemon.clock.standStill(3_600_000);
    await daemon.clock.advance(60_000);
    expect(probers.started).to.have.length(1);
  });

  it('keeps the daemon running though its prober ends again and again', async () => {
    await put(PROBE);
    for (let round = 0; round < 30; round++) {
      probers.end();
      await daemon.clock.advance(round < 9 ? 100 * 2 ** round : 30_000);
    }
    expect(daemon.fatal).to.equal(undefined);
    expect(probers.isRunning).to.equal(true);
  });

  it('is shown as not probed, in words and in the metrics, until a prober is heard again', async () => {
    const tree = async () => JSON.stringify(await daemon.app.supervision());
    const isFailing = async () => (await daemon.app.facts()).probes.isFailing;
    await put(PROBE);
    await daemon.clock.advance(6_000);
    expect(await isFailing()).to.equal(false);
    probers.answers = false;
    const since = Math.floor(daemon.clock.wall() / 1000);
    for (let round = 0; round < 3; round++) {
      probers.end();
      await daemon.clock.advance(1_000);
    }
    expect(await isFailing()).to.equal(true);
    expect(await tree())
      .to.include('"prober":"failing"')
      .and.include(`"failing_since":${since}`)
      .and.include('no node is probed: the last prober ended (killed)');
    await found();
    expect(await isFailing()).to.equal(false);
    expect(await tree()).to.not.include('no node is probed');
    // Without a node to probe nothing is missed.
    probers.end();
    await put(null);
    await daemon.clock.advance(30_000);
    expect(await isFailing()).to.equal(false);
  });

  it('is probed within other limits after a reload', async () => {
    await put(PROBE);
    const limits = { allow: ['10.0.0.0/8'], concurrency: 7 };
    await daemon.app.reconfigure(configOf().limits, [], [], [], limits);
    await daemon.clock.settle();
    expect(probers.limits.at(-1)).to.deep.equal(limits);
    expect(probers.started).to.have.length(1);
    probers.end();
    await daemon.clock.advance(1000);
    expect(probers.limits.at(-1)).to.deep.equal(limits);
  });

  it('is not probed any more when the daemon has stopped', async () => {
    await put(PROBE);
    await daemon.stop();
    expect(probers.isRunning).to.equal(false);
  });
});
