import { expect } from 'chai';
import { allFitNothing, compiled, parseMatcher, type Matcher } from '../../../src/domain/matcher.js';

function matcher(text: string): Matcher {
  const read = parseMatcher(text);
  if ('problem' in read) throw new TypeError(`${text}: ${read.problem}`);
  return read;
}

function problem(text: string): string | undefined {
  const read = parseMatcher(text);
  return 'problem' in read ? read.problem : undefined;
}

const fits = (matchers: readonly string[], name: string, labels: Record<string, string> = {}): boolean =>
  compiled(matchers.map(matcher))({ name, labels });

describe('a matcher', () => {
  it('is read as Alertmanager reads it', () => {
    expect(matcher('env=prod')).to.deep.equal({ label: 'env', operator: '=', value: 'prod' });
    expect(matcher(' env != test ')).to.deep.equal({ label: 'env', operator: '!=', value: 'test' });
    expect(matcher('name=~web-.*')).to.deep.equal({ label: 'name', operator: '=~', value: 'web-.*' });
    expect(matcher('name!~"web-.*"')).to.deep.equal({ label: 'name', operator: '!~', value: 'web-.*' });
    expect(matcher('env=')).to.deep.equal({ label: 'env', operator: '=', value: '' });
    expect(matcher('env=""')).to.deep.equal({ label: 'env', operator: '=', value: '' });
    expect(matcher('env=a=b')).to.include({ value: 'a=b' });
    expect(matcher('owner="She said: \\"Hi\\\\\\n\\""').value).to.equal('She said: "Hi\\\n"');
    expect(matcher('path=C:\\data').value, 'a backslash before anything else').to.equal('C:\\data');
    expect(matcher('"a label"="b"')).to.deep.equal({ label: 'a label', operator: '=', value: 'b' });
    expect(matcher('zone/eu-1.a=x').label).to.equal('zone/eu-1.a');
  });

  it('is refused without a label, without an operator, and with a quote in the wrong place', () => {
    expect(problem('')).to.match(/^must begin with the name of a label/);
    expect(problem('=prod')).to.match(/^must begin with the name of a label/);
    expect(problem('""=prod')).to.match(/^must begin with the name of a label/);
    expect(problem('"env=prod')).to.match(/^must begin with the name of a label/);
    expect(problem('env')).to.match(/^must have one of =, !=, =~ and !~/);
    expect(problem('env~prod')).to.match(/^must have one of =, !=, =~ and !~/);
    expect(problem('env prod=x')).to.match(/^must have one of =, !=, =~ and !~/);
    for (const text of ['env="prod', 'env=prod"', 'env="a"b"', 'env=a"b']) {
      expect(problem(text), text).to.match(/^has a double quote/);
    }
  });

  it('takes regular expressions of RE2 only, of at most 256 bytes', () => {
    expect(problem(`name=~${'a'.repeat(256)}`)).to.equal(undefined);
    expect(problem(`name=~${'a'.repeat(257)}`)).to.match(/more than 256 bytes/);
    expect(problem(`name!~${'é'.repeat(129)}`), 'bytes, not characters').to.match(/more than 256 bytes/);
    expect(problem(`name=${'a'.repeat(257)}`), 'no expression').to.equal(undefined);
    expect(problem('name=~(ab{100}[0-9]){2}')).to.equal(undefined);
    for (const text of [
      '(a?){257}',
      '((a{10}){10}){10}',
      '[a-z]{2,999}',
      'x(a?){200}(b?){200}',
      'a\\]{300}',
      '(){1000}a',
    ])
      expect(problem(`name=~${text}`), text).to.match(/repetitions written out$/);
    for (const text of ['\\Q[\\E(a?){1000}', 'a\\\\Qb'])
      expect(problem(`name=~${text}`), text).to.match(/\\Q in its regular expression/);
    for (const text of ['\\x{1000}', '\\x{1f600}+', '\\p{Greek}*', '[\\x{1000}]', '\\P{L}{0,256}'])
      expect(problem(`name=~${text}`), text).to.equal(undefined);
    expect(problem('name=~\\x{61}{257}')).to.match(/repetitions written out$/);
    expect(problem('name=~\\x{(a?){1000}')).to.match(/no regular expression of RE2/);
    for (const text of ['\ud800', 'a\udc00', '\udc00\ud800'])
      expect(problem(`name=~${text}`), 'a lone surrogate').to.match(/^has half of a character/);
    expect(problem('name=~😀+')).to.equal(undefined);
    expect(problem('name=~a\\\\\\Qb'), 'a backslash, and a Q').to.equal(undefined);
    for (const text of ['(', 'a(?=b)', '(a)\\1', 'a**', '[z-a]'])
      expect(problem(`name=~${text}`), text).to.match(/no regular expression of RE2/);
  });

  it('takes time that grows with the text only, whatever the expression', () => {
    const name = 'a'.repeat(255);
    // Each takes a backtracking engine longer than the universe has existed.
    expect(fits(['name=~(a+)+b'], name)).to.equal(false);
    expect(fits(['name=~(a|a)*b'], name)).to.equal(false);
    expect(fits(['name=~(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)b'], name)).to.equal(false);
  });

  it('fits the whole value, the name of a node or a label; a label that a node lacks is empty', () => {
    expect(fits(['name=web-1'], 'web-1')).to.equal(true);
    expect(fits(['name=~web'], 'web-1'), 'anchored').to.equal(false);
    expect(fits(['name=~web-.*'], 'web-1')).to.equal(true);
    expect(fits(['name=~1|web-1'], 'web-1'), 'anchored on both sides of an alternative').to.equal(true);
    expect(fits(['name=~web|x'], 'web-1')).to.equal(false);
    expect(fits(['name=~web-1|x'], 'web-1')).to.equal(true);
    expect(fits(['name=~webs?-1'], 'web-1'), 'an optional character').to.equal(true);
    expect(fits(['name=~we{0}b-1'], 'wb-1'), 'none of it').to.equal(true);
    expect(fits(['name=~web(-1|-2)'], 'web-2')).to.equal(true);
    expect(fits(['name=~(?i)WEB-.'], 'web-2')).to.equal(true);
    expect(fits(['env=prod'], 'a', { env: 'prod' })).to.equal(true);
    expect(fits(['env=prod'], 'a')).to.equal(false);
    expect(fits(['env='], 'a')).to.equal(true);
    expect(fits(['env!=prod'], 'a')).to.equal(true);
    expect(fits(['env!~prod|test'], 'a', { env: 'test' })).to.equal(false);
    expect(fits(['env!~prod|test'], 'a', { env: 'staging' })).to.equal(true);
    expect(fits(['constructor='], 'a'), 'only labels of its own').to.equal(true);
    expect(fits(['name=label'], 'name', { name: 'label' }), 'a label called name').to.equal(false);
    expect(fits(['env=prod', 'name=~web-.*'], 'web-1', { env: 'prod' })).to.equal(true);
    expect(fits(['env=prod', 'name=~web-.*'], 'db-1', { env: 'prod' }), 'all of them').to.equal(false);
  });

  it('may not fit everything', () => {
    expect(allFitNothing(['env='].map(matcher))).to.equal(true);
    expect(allFitNothing(['env=~.*', 'zone=~a?'].map(matcher))).to.equal(true);
    expect(allFitNothing(['env=~.+'].map(matcher))).to.equal(false);
    expect(allFitNothing(['env=~.*', 'name=a'].map(matcher))).to.equal(false);
    expect(allFitNothing(['env!=prod'].map(matcher)), 'as in Alertmanager').to.equal(false);
  });
});
