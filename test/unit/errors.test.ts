import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { errorCodes, HeartbeatError, type ErrorCode } from '../../src/errors.js';

interface DocumentedCode {
  readonly code: string;
  readonly status: string;
  readonly retryable: string;
  readonly prose: readonly string[];
}

/** The rows of the table in docs/errors.md, in its order. */
function documentedCodes(): readonly DocumentedCode[] {
  const document = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  return document
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => {
      const [code = '', status = '', retryable = '', ...prose] = line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim());
      return { code: code.replaceAll('`', ''), status, retryable, prose };
    });
}

describe('the registry of errors', () => {
  it('is documented to the code: name, status, and whether to try again', () => {
    const registered = Object.entries(errorCodes).map(([code, { status, retryable }]) => [
      code,
      String(status),
      retryable ? 'yes' : 'no',
    ]);
    expect(
      documentedCodes().map(({ code, status, retryable }) => [code, status, retryable]),
    ).to.have.deep.members(registered);
  });

  it('documents cause and remedy of every code', () => {
    for (const { code, prose } of documentedCodes()) {
      expect(prose, code).to.have.length(2);
      for (const sentence of prose) expect(sentence, code).to.match(/^[A-Z].*\.$/);
    }
  });

  it('documents each code once', () => {
    const codes = documentedCodes().map(({ code }) => code);
    expect(new Set(codes).size).to.equal(codes.length);
  });

  it('has only codes of the house, and statuses that mean an error', () => {
    for (const [code, { status }] of Object.entries(errorCodes)) {
      expect(code).to.match(/^HEARTBEAT_[A-Z_]+$/);
      expect(status).to.be.within(400, 599);
    }
  });
});

describe('a HeartbeatError', () => {
  it('has the meaning of its code, and its cause', () => {
    const cause = new Error('ENOSPC');
    const code: ErrorCode = 'HEARTBEAT_STORE_REFUSES';
    const error = new HeartbeatError(code, 'the disk is full', { cause });
    expect(error).to.include({ name: 'HeartbeatError', code, status: 503, retryable: true, cause });
    expect(error.message).to.equal('the disk is full');
  });
});
