import { expect } from 'chai';
import { postgresReadError, postgresWriteError } from '../../../src/adapters/postgres/postgres-errors.js';

function refused(address: string): Error {
  return Object.assign(new Error(`connect ECONNREFUSED ${address}`), { code: 'ECONNREFUSED' });
}

describe('an error of PostgreSQL', () => {
  it('says of each server why it is of no use, and what to do', () => {
    const all = new AggregateError([refused('a:5432'), refused('b:5432')], 'All promises were rejected');
    const why =
      'connect ECONNREFUSED a:5432 (start it, or correct store); ' +
      'connect ECONNREFUSED b:5432 (start it, or correct store)';
    expect(postgresWriteError(all).message).to.equal(`the store refused a write: ${why}`);
    expect(postgresReadError(all).message).to.equal(`the store could not be read: ${why}`);
  });

  it('says what to do if the rights are missing', () => {
    const denied = Object.assign(new Error('permission denied for table record'), { code: '42501' });
    expect(postgresReadError(denied).message).to.equal(
      'the store could not be read: permission denied for table record (grant the rights, or let the user own the database)',
    );
  });
});
