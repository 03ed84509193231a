import { expect } from 'chai';
import type { NodeName } from '../../../src/domain/node-name.js';
import type { KeptProbeResults, NodeProbe, ProbeResult } from '../../../src/domain/probe.js';
import { instant } from '../../../src/domain/time.js';
import type { HistoryRecord } from '../../../src/ports/history-record.js';
import { node } from '../../support/ids.js';
import { withStore } from '../../support/with-store.js';
import { registered } from './nodes.js';
import type { MakeSubject } from './subject.js';

const ANN = node('ann');
/** A prefix of the other's name. */
const AN = node('an');
const PASSED: ProbeResult = {
  at: instant(1_000),
  took: 12.3,
  timings: { connect: 1.5, answer: 10.8 },
  status: 204,
};
const FAILED: ProbeResult = {
  at: instant(2_000),
  took: 5_000,
  timings: {},
  reason: 'no answer within 5 s: "é\u0000"',
  certificateDays: -3,
};

const PROBE: NodeProbe = { http: 'https://example.org/', every: 30 };
const OTHER: NodeProbe = { ...PROBE, every: 60 };

/** What is kept of a node's probes. */
export function kept(name: NodeName, ...results: readonly ProbeResult[]): KeptProbeResults {
  return { node: name, probe: PROBE, results };
}

export function probeResults(...all: readonly KeptProbeResults[]): HistoryRecord {
  return { kind: 'probe_results', kept: all, forgotten: [] };
}

export function describeProbeResults(make: MakeSubject): void {
  describe('keeps the last results of probes, and', () => {
    const history = withStore(make);
    const found = (...names: readonly NodeName[]) =>
      history.store.probeResults(names.map((name) => ({ node: name, probe: PROBE })));

    beforeEach(async () => {
      await history.store.write([...registered(ANN), ...registered(AN)]);
    });

    it('finds those of the nodes asked for as they were written, also after a restart', async () => {
      await history.store.write([probeResults(kept(ANN, PASSED, FAILED), kept(AN, FAILED))]);
      await history.reopen();
      expect(await found(ANN)).to.deep.equal([kept(ANN, PASSED, FAILED)]);
      expect(await found(AN, node('none'), ANN)).to.deep.equal([kept(AN, FAILED), kept(ANN, PASSED, FAILED)]);
      expect(await found()).to.deep.equal([]);
    });

    it('replaces those of a node, and removes them where none are to be kept', async () => {
      await history.store.write([probeResults(kept(ANN, PASSED), kept(AN, PASSED))]);
      await history.store.write([{ kind: 'probe_results', kept: [kept(ANN, FAILED)], forgotten: [AN] }]);
      expect(await found(ANN, AN)).to.deep.equal([kept(ANN, FAILED)]);
    });

    it('finds none that another probe has found', async () => {
      await history.store.write([probeResults({ ...kept(ANN, FAILED), probe: OTHER })]);
      expect(await found(ANN)).to.deep.equal([]);
      expect(await history.store.probeResults([{ node: ANN, probe: OTHER }])).to.deep.equal([
        { ...kept(ANN, FAILED), probe: OTHER },
      ]);
    });

    it('has nothing left of a deleted node, whatever was on its way', async () => {
      await history.store.write([probeResults(kept(ANN, PASSED))]);
      await history.store.write([
        probeResults(kept(ANN, FAILED)),
        { kind: 'forgotten', node: ANN },
        probeResults(kept(ANN, PASSED)),
      ]);
      await history.store.write([probeResults(kept(ANN, PASSED), kept(AN, PASSED))]);
      await history.store.write([...registered(ANN)]);
      expect(await found(ANN, AN)).to.deep.equal([kept(AN, PASSED)]);
    });

    it('is the same after a write that was repeated', async () => {
      await history.data.refuse([probeResults(kept(ANN, PASSED))], 'stored');
      await history.store.write([probeResults(kept(ANN, PASSED))]);
      expect(await found(ANN)).to.deep.equal([kept(ANN, PASSED)]);
    });
  });
}
