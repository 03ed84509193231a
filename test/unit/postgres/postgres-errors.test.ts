import { expect } from 'chai';
import {
  NoAnswer,
  postgresReadError,
  postgresWriteError,
} from '../../../src/adapters/postgres/postgres-errors.js';

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

  it('is temporary if no server can be reached, and another one if what was read is wrong', () => {
    const lost = Object.assign(new Error('Connection terminated'), { code: '57P01', severity: 'FATAL' });
    const full = Object.assign(new Error('too many clients'), { code: '53300', severity: 'FATAL' });
    const away = [new AggregateError([refused('a:5432')]), lost, full, new NoAnswer(2)];
    for (const error of away) {
      const { code, status, retryable } = postgresReadError(error);
      expect({ code, status, retryable }).to.deep.equal({
        code: 'HEARTBEAT_STORE_AWAY',
        status: 503,
        retryable: true,
      });
    }
    const denied = Object.assign(new Error('denied'), { code: '42501', severity: 'ERROR' });
    expect(postgresReadError(denied).code).to.equal('HEARTBEAT_STORE_FAILED');
    expect(postgresReadError(new RangeError('too short')).code).to.equal('HEARTBEAT_STORE_CORRUPT');
  });

  it('says what to do if the rights are missing', () => {
    const denied = Object.assign(new Error('permission denied for table record'), { code: '42501' });
    expect(postgresReadError(denied).message).to.equal(
      'the store could not be read: permission denied for table record (grant the rights, or let the user own the database)',
    );
  });
});
