import { expect } from 'chai';
import { Concealment } from '../../../src/adapters/channels/redaction.js';
import { NotifyError } from '../../../src/ports/channel.js';
import { secret } from './support.js';

const URL = 'https://me:pass%2Fword@hooks.example.org/services/T0/B0123456789abcdef?sig=0123456789abcdef';

describe('what is to be concealed', () => {
  it('is taken out of a text whole, escaped, and in the parts that open a door', () => {
    const concealment = new Concealment([secret(URL), secret('a "quoted"\nsecret')]);
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
      expect(concealment.conceal(`<${given}>`), given).to.equal('<(secret)>');
    }
    expect(concealment.conceal('hooks.example.org /services/T0 me')).to.equal(
      'hooks.example.org /services/T0 me',
    );
  });

  it('stays where it is when it is shorter than is asked for, and nothing is no secret', () => {
    const concealment = new Concealment([secret('short'), secret('as long as this'), undefined], 8);
    expect(concealment.conceal('short, and as long as this')).to.equal('short, and (secret)');
  });

  it('is no URL that says where somebody is, and nothing else', () => {
    const origins = [
      'http://alertmanager:9093',
      'https://hooks.example.org/',
      'redis://localhost:6379',
      'smtp://[::1]:25',
    ];
    const concealment = new Concealment(origins.map(secret));
    for (const origin of origins)
      expect(concealment.conceal(`cannot reach ${origin}: refused`)).to.include(origin);
    for (const url of [
      'http://alertmanager:9093/am',
      'http://me@host',
      'http://host?key',
      'http://host#key',
      'redis://:pw@host',
    ]) {
      expect(new Concealment([secret(url)]).conceal(`<${url}>`), url).to.equal('<(secret)>');
    }
  });

  it('may become more', () => {
    const concealment = new Concealment([secret('the old one')]);
    concealment.learn([secret('the new one')]);
    expect(concealment.conceal('the old one, the new one')).to.equal('(secret), (secret)');
  });

  it('is taken out of errors, which stay what they are', () => {
    const concealment = new Concealment([secret('hush-hush')]);
    const plain = new TypeError('nothing to hide');
    expect(concealment.concealError(plain)).to.equal(plain);
    const error = concealment.concealError(
      new NotifyError('no hush-hush', { permanent: true, retryAfter: 5 }),
    );
    expect(error).to.include({ message: 'no (secret)', permanent: true, retryAfter: 5 });
    expect(concealment.concealError('hush-hush')).to.have.property('message', '(secret)');
    expect(concealment.concealError(new TypeError('hush-hush')).stack).to.not.include('hush-hush');
  });
});
