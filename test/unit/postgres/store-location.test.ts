import { expect } from 'chai';
import { parseStoreLocation } from '../../../src/adapters/store-location.js';

describe('the location of a store', () => {
  it('is a database if it is a URL, and otherwise a data directory', () => {
    expect(parseStoreLocation('./data')).to.deep.equal({ kind: 'leveldb', directory: './data' });
    expect(parseStoreLocation('postgres://me@localhost/heart')).to.have.nested.property('address.user', 'me');
  });
});
