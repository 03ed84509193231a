import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { BuiltFiles } from '../../../src/http/dashboard/built-files.js';
import { preconditionOf } from '../../../src/http/input/preconditions.js';

describe('the files that the build has made', () => {
  let root: string;
  let files: BuiltFiles;

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'heartbeat-test-'));
    mkdirSync(path.join(root, 'web/assets'), { recursive: true });
    writeFileSync(path.join(root, 'secret.js'), 'secret');
    for (const [name, text] of [
      ['index.html', 'the page: ä'],
      ['index.html.gz', 'gzipped'],
      ['index.html.br', 'brotli'],
      ['assets/a-1.js', 'script'],
      ['notes.txt', 'of no type that is served'],
    ] as const)
      writeFileSync(path.join(root, 'web', name), text);
    files = new BuiltFiles(() => pathToFileURL(`${path.join(root, 'web')}/`));
  });

  afterEach(() => rmSync(root, { recursive: true }));

  const codingFor = async (accepted: string | undefined): Promise<string | undefined> =>
    (await files.find('index.html', accepted))?.coding;

  it('are sent with the best coding that the client takes', async () => {
    expect(await codingFor('gzip, deflate, br')).to.equal('br');
    expect(await codingFor('GZIP;q=1.0')).to.equal('gzip');
    expect(await codingFor('br;q=0, *')).to.equal('gzip');
    expect(await codingFor('*;q=0')).to.equal(undefined);
    expect(await codingFor('')).to.equal(undefined);
    expect(await codingFor(undefined)).to.equal(undefined);
    expect((await files.find('assets/a-1.js', 'br, gzip'))?.coding).to.equal(undefined);
  });

  it('have all their bytes, and an entity tag of their own for each coding', async () => {
    const plain = await files.find('index.html', undefined);
    expect(Buffer.from(plain?.body ?? '', 'latin1').toString()).to.equal('the page: ä');
    expect(plain?.type).to.equal('text/html; charset=utf-8');
    const tags = [plain, await files.find('index.html', 'gzip'), await files.find('index.html', 'br')].map(
      (each) => each?.etag,
    );
    expect(new Set(tags).size).to.equal(3);
    for (const tag of tags) expect(tag).to.match(/^"[\w-]{43}"$/);
  });

  it('are only those, whatever a request asks for', async () => {
    for (const name of ['../secret.js', 'assets/../../secret.js', 'assets', 'notes.txt', 'index.html.br', ''])
      expect(await files.find(name, undefined), name).to.equal(undefined);
  });

  it('are looked for again where nothing was built before', async () => {
    const later = new BuiltFiles(() => pathToFileURL(`${path.join(root, 'later')}/`));
    expect(await later.find('index.html', undefined)).to.equal(undefined);
    mkdirSync(path.join(root, 'later'));
    writeFileSync(path.join(root, 'later/index.html'), 'page');
    expect((await later.find('index.html', undefined))?.body).to.equal('page');
  });
});

describe('a precondition', () => {
  const of = (headers: Record<string, string>, tag?: string) =>
    preconditionOf({ method: 'GET', headers }, tag);

  it('with a tag holds for a resource that has it, weak or not', () => {
    for (const tags of ['"a"', '"b", "a"', 'W/"a"', '*'])
      expect(of({ 'if-none-match': tags }, '"a"'), tags).to.equal('absent');
    expect(of({ 'if-none-match': '"b"' }, '"a"')).to.equal(undefined);
    expect(of({ 'if-match': '"b", "a"' }, '"a"')).to.equal('exists');
    for (const tags of ['"b"', 'W/"a"']) expect(of({ 'if-match': tags }, '"a"'), tags).to.equal('never');
  });

  it('with a tag is that of another resource where there is none', () => {
    expect(of({ 'if-none-match': '"a"' })).to.equal(undefined);
    expect(of({ 'if-match': '"a"' })).to.equal('never');
    expect(of({ 'if-match': '*' })).to.equal('exists');
  });
});
