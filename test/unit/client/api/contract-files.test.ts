import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { contractFiles } from '../../../../scripts/client-contract/files.js';
import { EVENT_TYPES } from '../../../../src/domain/event-types.js';
import { eventTypes } from '../../../../src/client/api/contract/operations.js';

describe('what the client knows of the contract', () => {
  for (const { path, text } of contractFiles()) {
    it(`is current in ${path.pathname.replace(/.*\/src\//, 'src/')} (else run scripts/client-contract.ts)`, () => {
      expect(readFileSync(path, 'utf8')).to.equal(text);
    });
  }

  it('has every type of event', () => {
    expect(eventTypes).to.have.members(['state', ...EVENT_TYPES]);
  });
});
