import { expect } from 'chai';
import { HeartbeatError } from '../../../src/errors.js';
import { BadgeReader } from '../../../src/http/badges/badge-facts.js';
import { badgeImage } from '../../../src/http/badges/badge-image.js';
import { instant, moment } from '../../../src/domain/time.js';

describe('the image of a badge', () => {
  it('is XML, whatever characters a name has, and wherever it is cut', () => {
    for (const name of [
      `${'a'.repeat(58)}\u{1f4a5}bc`,
      'a\0b\u0001',
      '\uffff\ufffe',
      '\u{1f4a5}'.repeat(100),
    ]) {
      const image = badgeImage(name, 'active', '#1a7f37');
      expect(image, name).to.match(/^[\x20-\x7e]*$/);
      for (const [, point] of image.matchAll(/&#(\d+);/g))
        expect(Number(point), name).not.to.satisfy(
          (code: number) => (code >= 0xd800 && code < 0xe000) || code === 0xfffe || code === 0xffff,
        );
    }
  });
});

describe('what a badge says', () => {
  const clock = { now: () => moment(0), wall: () => instant(0) };
  const LABEL = 'team:web';

  it('is not measured again and again where too many nodes have the label', async () => {
    let reports = 0;
    const reader = new BadgeReader(
      {
        ask: (_name, _request, answered) => answered({ kind: 'refused', code: 'HEARTBEAT_UNKNOWN_NODE' }),
        list: async () => ({ nodes: [{ name: 'a' } as never], next: undefined }),
        uptime: async () => Promise.reject(new Error('no node')),
        uptimeReportOf: async () => {
          reports++;
          throw new HeartbeatError('HEARTBEAT_INVALID_QUERY', 'too many');
        },
      },
      clock,
    );
    for (let at = 0; at < 3; at++) {
      const refusal = await reader.read(LABEL, '90d', ['label']).catch((error: unknown) => error);
      expect(refusal).to.have.property('code', 'HEARTBEAT_INVALID_QUERY');
    }
    expect(reports).to.equal(1);
  });
});
