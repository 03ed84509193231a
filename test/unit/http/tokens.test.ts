import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { ICON } from '../../../src/http/pages/icon.js';
import { TOKENS } from '../../../src/http/pages/tokens.js';

describe('the colours of pages that the daemon renders', () => {
  it('are those of the dashboard', () => {
    expect(TOKENS.trim()).to.equal(readFileSync('web/style/tokens.css', 'utf8').trim());
  });

  it('are beside its icon', () => {
    expect(ICON).to.equal(readFileSync('web/icon.svg', 'utf8'));
  });
});
