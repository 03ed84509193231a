import { expect } from 'chai';
import { Findings } from '../../../src/cli/store/findings.js';

describe('the findings of store verify and store repair', () => {
  it('are all counted, and only the first 100,000 are kept', () => {
    let shown = 0;
    const findings = new Findings(() => shown++);
    for (let number = 0; number < 100_010; number++)
      findings.add({ kind: number < 5 ? 'torn' : 'record', what: String(number), problem: 'it is damaged' });
    const { document } = findings;
    expect([findings.count, findings.torn, findings.damaged, shown]).to.deep.equal([
      100_010, 5, 100_005, 100_010,
    ]);
    expect(document).to.include({ torn: 5, damaged: 100_005 });
    expect(document.findings).to.have.length(100_000);
    expect(document.findings[0]).to.include({ what: '0' });
  });

  it('do not act on the terminal, whatever a damaged record holds', () => {
    const lines: string[] = [];
    new Findings((line) => lines.push(line)).add({
      kind: 'record',
      what: 'node \u001B[2J',
      key: '10ff',
      problem: 'it is damaged',
    });
    expect(lines).to.deep.equal(['record   node \\u001b[2J (key \\x10ff): it is damaged\n']);
  });
});
