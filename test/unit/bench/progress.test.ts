import { PassThrough } from 'node:stream';

import { expect } from 'chai';

import { readDaemonFigures } from '../../../src/cli/bench/figures/daemon-figures.js';
import { HealTally } from '../../../src/cli/bench/figures/heal-tally.js';
import { sampleLine, type Sample } from '../../../src/cli/bench/figures/sample.js';
import { plainProgress, terminalProgress, type Progress } from '../../../src/cli/bench/progress.js';

const figures = { ...new HealTally().figures(), heals: 12, errors: 3 };
const sample: Sample = { elapsed_s: 5, ...figures, ...readDaemonFigures(undefined) };

function watch(progress: Progress): void {
  progress.note('a line of the log');
  progress.healing(5_000, figures);
  progress.sampled(sample);
  progress.healing(10_000, figures);
  progress.checking(100);
  progress.end();
}

/** Since Node 26 each `read` returns one chunk. */
function textIn(stream: PassThrough): string {
  let text = '';
  for (let chunk: unknown = stream.read(); chunk !== null; chunk = stream.read())
    text += Buffer.isBuffer(chunk) ? chunk.toString() : '';
  return text;
}

describe('the progress of the bench', () => {
  it('is a line for each sample in a pipe, and no bar', () => {
    const stream = new PassThrough();
    watch(plainProgress(stream));
    expect(textIn(stream)).to.equal(`a line of the log\n${sampleLine(sample)}\n`);
  });

  it('is a bar with figures on a terminal, the samples above it', () => {
    const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 120 });
    watch(terminalProgress(stream, 10_000, 100));
    const drawn = textIn(stream);
    expect(drawn).to.match(/healing \[=+\] 100% {2}heals 12 {2}errors 3/);
    expect(drawn).to.contain(`\r\u001B[K${sampleLine(sample)}\n`);
    expect(drawn).to.match(/checking \[=+\] 100% {2}users 100/);
  });

  it('leaves the terminal alone when there was nothing to show', () => {
    const stream = new PassThrough();
    const progress = terminalProgress(stream, 10_000, 100);
    progress.end();
    expect(stream.read()).to.equal(null);
  });
});
