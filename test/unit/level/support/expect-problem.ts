import { expect } from 'chai';
import { HeartbeatError, type ErrorCode } from '../../../../src/errors.js';

/** The error for people: one sentence in one line. */
export async function problemOf(work: Promise<unknown>, code: ErrorCode): Promise<HeartbeatError> {
  const error = await work.then(
    () => undefined,
    (rejected: unknown) => rejected,
  );
  if (!(error instanceof HeartbeatError)) throw new TypeError(`expected ${code}, got ${String(error)}`);
  expect(error.code).to.equal(code);
  expect(error.message).to.match(/^[^\n{}]{20,400}[^.\n]$/);
  return error;
}
