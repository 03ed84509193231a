import { expect } from 'chai';
import { Redaction } from '../../../src/adapters/channels/redaction.js';
import { NotifyError } from '../../../src/ports/channel.js';
import { secret } from './support.js';

const URL = 'https://me:pass%2Fword@hooks.example.org/services/T0/B0123456789abcdef?sig=0123456789abcdef';

describe('secrets that are redacted', () => {
  it('is taken out of a text whole, escaped, and in the parts that open a door', () => {
    const redaction = new Redaction([secret(URL), secret('a "quoted"\nsecret')]);
    for (const given of [
      URL,
      'pass/word',
      'pass%2Fword',
      Buffer.from('me:pass/word').toString('base64'),
      Buffer.from('\0me\0pass/word').toString('base64'),
      'B0123456789abcdef',
      '/services/T0/B0123456789abcdef?sig=0123456789abcdef',
      '0123456789abcdef',
      'a "quoted"\nsecret',
      'a \\"quoted\\"\\nsecret',
    ]) {
      expect(redaction.conceal(`<${given}>`), given).to.equal('<(secret)>');
    }
    expect(redaction.conceal('hooks.example.org /services/T0 me')).to.equal(
      'hooks.example.org /services/T0 me',
    );
  });

  it('stays where it is when it is shorter than is asked for, and nothing is no secret', () => {
    const redaction = new Redaction([secret('short'), secret('as long as this'), undefined], 8);
    expect(redaction.conceal('short, and as long as this')).to.equal('short, and (secret)');
  });

  it('stays where it is when it has fewer than four characters: most words have them', () => {
    const redaction = new Redaction([secret('a'), secret('one'), secret('four')]);
    expect(redaction.conceal('cannot reach one of four')).to.equal('cannot reach one of (secret)');
  });

  it('is not a URL that is only an origin', () => {
    const origins = [
      'http://alertmanager:9093',
      'https://hooks.example.org/',
      'redis://localhost:6379',
      'smtp://[::1]:25',
    ];
    const redaction = new Redaction(origins.map(secret));
    for (const origin of origins)
      expect(redaction.conceal(`cannot reach ${origin}: refused`)).to.include(origin);
    for (const url of [
      'http://alertmanager:9093/am',
      'http://me@host',
      'http://host?key',
      'http://host#key',
      'redis://:pw@host',
    ]) {
      expect(new Redaction([secret(url)]).conceal(`<${url}>`), url).to.equal('<(secret)>');
    }
  });

  it('may become more', () => {
    const redaction = new Redaction([secret('the old one')]);
    redaction.learn([secret('the new one')]);
    expect(redaction.conceal('the old one, the new one')).to.equal('(secret), (secret)');
  });

  it('is taken out of errors, which stay what they are', () => {
    const redaction = new Redaction([secret('hush-hush')]);
    const plain = new TypeError('nothing to hide');
    expect(redaction.concealError(plain)).to.equal(plain);
    const error = redaction.concealError(new NotifyError('no hush-hush', { permanent: true, retryAfter: 5 }));
    expect(error).to.include({ message: 'no (secret)', permanent: true, retryAfter: 5 });
    expect(redaction.concealError('hush-hush')).to.have.property('message', '(secret)');
    expect(redaction.concealError(new TypeError('hush-hush')).stack).to.not.include('hush-hush');
  });
});
