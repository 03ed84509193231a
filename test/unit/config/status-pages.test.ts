import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { reloaded } from '../../../src/config/reloadable.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { inForce, problems } from './support.js';

const FILE = '/etc/heartbeat.yaml';
const PAGE = 'title: Example, groups: [{ title: Website, labels: { team: web } }]';

describe('status pages in the configuration', () => {
  it('have a title and groups, and a website and a time zone where they are given', () => {
    const file = [
      'status:',
      `  web: { ${PAGE} }`,
      '  intern-2:',
      '    title: " Example intern "',
      '    website: https://example.org/a?b=c',
      '    time_zone: Europe/Berlin',
      '    groups:',
      '      - { title: Databases, labels: { team: data, env: prod } }',
      '      - { title: Web, labels: { team: web } }',
    ].join('\n');
    const { statusPages, shownStatusPages } = inForce({ file });
    expect(statusPages).to.deep.equal([
      {
        slug: 'web',
        title: 'Example',
        logo: undefined,
        website: undefined,
        timeZone: 'UTC',
        groups: [{ title: 'Website', labels: { team: 'web' } }],
      },
      {
        slug: 'intern-2',
        title: 'Example intern',
        logo: undefined,
        website: 'https://example.org/a?b=c',
        timeZone: 'Europe/Berlin',
        groups: [
          { title: 'Databases', labels: { team: 'data', env: 'prod' } },
          { title: 'Web', labels: { team: 'web' } },
        ],
      },
    ]);
    expect(shownStatusPages[1]).to.deep.include({
      key: 'status.intern-2',
      source: { kind: 'file', path: FILE, line: 4 },
    });
    for (const empty of ['', 'status:', 'status: {}'])
      expect(inForce({ file: empty }).statusPages, empty).to.deep.equal([]);
  });

  it('say what is wrong with them, and where', () => {
    const wrong: readonly (readonly [string, string])[] = [
      ['Web: 1', 'Web: its name must be at most 64 lower-case letters, digits and "-"'],
      ['a.rss: {}', 'a.rss: its name must be at most 64 lower-case letters, digits and "-"'],
      ['web: 1', 'web: must be a map with title and groups'],
      ['web: { title: x }', 'web.groups: must be a list of groups, each with title and labels'],
      [`web: { ${PAGE}, websit: x }`, 'web.websit: unknown setting; did you mean website?'],
      [`web: { ${PAGE}, website: "javascript:alert(1)" }`, 'web.website: must be the URL of a web page'],
      [
        `web: { ${PAGE}, logo: a.txt }`,
        'web.logo: must be the path of a file that ends in svg, png, webp, jpg, jpeg',
      ],
      [
        `web: { ${PAGE}, logo: missing.svg }`,
        'web.logo: the file missing.svg cannot be read: there is no such file',
      ],
      ['web: { title: x, groups: [] }', 'web.groups: must have at least one group'],
      [
        'web: { title: x, groups: [{ title: a, labels: {} }] }',
        'web.groups.0.labels: must have 1 to 16 labels',
      ],
      [
        'web: { title: x, groups: [{ title: a, labels: { b: 1 } }] }',
        'web.groups.0.labels.b: must be a map of labels, such as { team: web }',
      ],
      [
        'web: { title: x, groups: [{ title: a, labels: { b: c } }, { title: a, labels: { b: d } }] }',
        'web.groups: must have titles that differ',
      ],
      [
        'web: { title: "a\\nb", groups: [] }',
        'web.title: must be a text of at most 100 characters on one line',
      ],
    ];
    for (const [page, problem] of wrong)
      expect(problems({ file: `status:\n  ${page}` }), page).to.include(`status.${problem} (from ${FILE}:2)`);
    expect(problems({ file: 'status: [a]' })).to.deep.equal([
      `status: must be a map of pages by their names in /status/ (from ${FILE}:1)`,
    ]);
  });

  it('have a logo of at most 256 KiB, read beside the file', async () => {
    const directory = await temporaryDirectory();
    try {
      const file = path.join(directory.path, 'heartbeat.yaml');
      writeFileSync(path.join(directory.path, 'logo.PNG'), Buffer.of(0x89, 0x50, 0x00, 0xff));
      writeFileSync(path.join(directory.path, 'large.svg'), 'x'.repeat(256 * 1024 + 1));
      const given = (logo: string) => ({
        file: `status: { web: { ${PAGE}, logo: ${logo} } }`,
        flags: { '--config': file },
      });
      expect(inForce(given('logo.PNG')).statusPages[0]?.logo).to.deep.equal({
        type: 'image/png',
        bytes: '\x89P\x00\xff',
      });
      expect(problems(given('large.svg'))[0]).to.include('large.svg must have at most 262144 bytes');
    } finally {
      await directory.remove();
    }
  });

  it('are taken up by a reload, and stay the same objects where they have not changed', () => {
    const before = inForce({ file: '' });
    const given = `status: { web: { ${PAGE} } }`;
    const change = reloaded(before, inForce({ file: given }));
    if ('problem' in change) throw new Error(change.problem);
    expect(change.applied).to.include('status');
    expect(change.effective.statusPages).to.have.length(1);
    const again = reloaded(change.effective, inForce({ file: given }));
    if ('problem' in again) throw new Error(again.problem);
    expect(again.applied).not.to.include('status');
    expect(again.effective.statusPages).to.equal(change.effective.statusPages);
  });
});
