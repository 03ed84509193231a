import { expect } from 'chai';
import { printable } from '../../../src/cli/output/printable.js';

describe('text for a terminal', () => {
  it('shows control characters of a name, and keeps its lines and all else', () => {
    expect(printable('registered  \u001b]0;x\u0007\u009b2J\u202eä\n')).to.equal(
      'registered  \\u001b]0;x\\u0007\\u009b2J\u202eä\n',
    );
  });
});
