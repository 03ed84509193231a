// Prints what CHANGELOG.md says about a version: `node scripts/release-notes.ts v0.1.0`, on Node 24, which needs nothing
// installed for it. Exits non-zero unless the tag, package.json and CHANGELOG.md agree, so that nothing is released under
// a wrong number or without notes.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** As https://keepachangelog.com has it: `## [0.1.0] - 2027-01-31`. */
const HEADING = /^## \[([^\]]+)\](?: - (\d{4}-\d{2}-\d{2}))?$/gm;

/**
 * @param version that of package.json
 * @returns the notes, in Markdown
 * @throws Error if tag, version and changelog do not agree, or there are no notes
 */
export function releaseNotes(tag: string, version: string, changelog: string): string {
  if (tag !== `v${version}`) throw new Error(`package.json has version ${version}, and the tag is ${tag}`);
  const headings = [...changelog.matchAll(HEADING)];
  const at = headings.findIndex(([, name]) => name === version);
  const heading = headings[at];
  if (heading === undefined) throw new Error(`CHANGELOG.md has no heading "## [${version}] - YYYY-MM-DD"`);
  const [line, , date] = heading;
  if (date === undefined) throw new Error(`CHANGELOG.md has no date beside ${version}`);
  const notes = changelog.slice(heading.index + line.length, headings[at + 1]?.index).trim();
  if (notes === '') throw new Error(`CHANGELOG.md says nothing about ${version}`);
  return `${notes}\n`;
}

const [, program = '', tag = ''] = process.argv;
if (import.meta.url === pathToFileURL(program).href) {
  const manifest: unknown = JSON.parse(readFileSync('package.json', 'utf8'));
  const hasVersion = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  const version = hasVersion ? String(manifest.version) : 'none';
  try {
    process.stdout.write(releaseNotes(tag, version, readFileSync('CHANGELOG.md', 'utf8')));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
