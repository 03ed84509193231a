import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { releaseNotes } from '../../../scripts/release-notes.js';

const WORKFLOWS = '.github/workflows';
const FORMS = '.github/ISSUE_TEMPLATE';
/** Those of GitHub's issue forms: https://docs.github.com/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-issue-forms */
const INPUTS = ['markdown', 'textarea', 'input', 'dropdown', 'checkboxes'];
/** Those of https://keepachangelog.com/en/1.1.0/ */
const KINDS = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];
const FILE = /(?:^|\s)((?:\.ci|scripts)\/[\w./-]+)/g;

interface Workflow {
  readonly on: object;
  readonly permissions: object;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly needs?: string | readonly string[];
  readonly steps: readonly { readonly run?: string; readonly uses?: string }[];
}

interface Form {
  readonly name: string;
  readonly description: string;
  readonly body: readonly {
    readonly type: string;
    readonly id?: string;
    readonly attributes: { readonly label?: string; readonly options?: readonly string[] };
  }[];
}

describe('the files for a forge', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly scripts: object };

  for (const name of readdirSync(WORKFLOWS)) {
    it(`are workflows that run what there is: ${name}`, () => {
      const { on, permissions, jobs } = parse(readFileSync(`${WORKFLOWS}/${name}`, 'utf8')) as Workflow;
      expect(on).to.be.an('object');
      expect(permissions, 'by default').to.deep.equal({ contents: 'read' });
      for (const [job, { needs = [], steps }] of Object.entries(jobs)) {
        for (const other of [needs].flat()) expect(jobs, job).to.have.property(other);
        for (const { run = '', uses } of steps) {
          if (uses !== undefined) expect(uses).to.match(/^[\w-]+\/[\w-]+@v\d+$/);
          for (const [, file = ''] of run.matchAll(FILE)) expect(existsSync(file), file).to.equal(true);
          for (const [, script = ''] of run.matchAll(/npm run ([\w:]+)/g))
            expect(scripts).to.have.property(script);
        }
      }
    });
  }

  for (const name of readdirSync(FORMS).filter((file) => file !== 'config.yml')) {
    it(`are forms for issues: ${name}`, () => {
      const form = parse(readFileSync(`${FORMS}/${name}`, 'utf8')) as Form;
      expect(form.name).to.be.a('string');
      expect(form.description).to.be.a('string');
      const ids = form.body.flatMap(({ id }) => id ?? []);
      expect(new Set(ids).size).to.equal(ids.length);
      for (const { type, attributes } of form.body) {
        expect(INPUTS).to.include(type);
        if (type !== 'markdown') expect(attributes.label).to.be.a('string');
        if (type === 'dropdown') expect(attributes.options).to.have.length.greaterThan(1);
      }
    });
  }

  it('announce a version with a hyphen as a pre-release, and no other', () => {
    const { jobs } = parse(readFileSync(`${WORKFLOWS}/release.yml`, 'utf8')) as Workflow;
    const [script = ''] = jobs['announce']?.steps.flatMap(({ run }) => run ?? []) ?? [];
    const givenTo = (tag: string): string =>
      execFileSync('bash', ['-euc', `gh() { echo "$*"; }\n${script}`], {
        encoding: 'utf8',
        env: { ...process.env, GITHUB_REF_NAME: tag },
      });
    expect(givenTo('v0.2.0-rc.1')).to.match(/^release create v0\.2\.0-rc\.1 .* --prerelease$/m);
    expect(givenTo('v0.2.0')).to.match(/^release create v0\.2\.0 .* release-notes\.md$/m);
  });

  it('have a changelog of the usual form', () => {
    const changelog = readFileSync('CHANGELOG.md', 'utf8');
    const versions = [...changelog.matchAll(/^## (.+)$/gm)].map(([, version]) => version ?? '');
    expect(versions[0]).to.equal('[Unreleased]');
    for (const version of versions.slice(1))
      expect(version).to.match(/^\[\d+\.\d+\.\d+(?:-[\w.]+)?\] - \d{4}-\d\d-\d\d$/);
    for (const [, kind = ''] of changelog.matchAll(/^### (.+)$/gm)) expect(KINDS).to.include(kind);
  });

  describe('take the notes of a release from the changelog', () => {
    const changelog =
      '# Changelog\n\n## [Unreleased]\n\n- Later.\n\n## [1.1.0] - 2027-01-31\n\n### Added\n\n- This.\n\n## [1.0.0]\n\n- That.\n';

    it('of the version of the tag, and of no other', () => {
      expect(releaseNotes('v1.1.0', '1.1.0', changelog)).to.equal('### Added\n\n- This.\n');
    });

    for (const [tag, version, why] of [
      ['v1.1.1', '1.1.0', /package.json has version 1.1.0, and the tag is v1.1.1/],
      ['1.1.0', '1.1.0', /the tag is 1.1.0/],
      ['v1.2.0', '1.2.0', /no heading "## \[1.2.0\]/],
      ['v1.0.0', '1.0.0', /no date beside 1.0.0/],
    ] as const) {
      it(`unless something is wrong with ${tag} and ${version}`, () => {
        expect(() => releaseNotes(tag, version, changelog)).to.throw(why);
      });
    }
  });
});
