// Fails on broken links in pages: to a file that does not exist, or to a heading that its page does not have.
// `npm run links`. Links to other sites are not checked, since that needs the network.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const FENCE = /^(`{3,}|~{3,})[\s\S]*?^\1/gm;
const CODE = /`[^`\n]*`/g;
/** `[text](target)`, and `[text]: target` on a line of its own. */
const LINK = /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|^\[[^\]]+\]:\s+(\S+)/gm;
const HEADING = /^#{1,6}\s+(.+?)\s*#*$/gm;
const ELSEWHERE = /^(?:[a-z][a-z\d+.-]*:|\/\/)/i;

const anchors = new Map();

/** The anchors of a page's headings, as GitHub makes them; the second of two equal ones ends in `-1`. */
function anchorsOf(page) {
  const known = anchors.get(page);
  if (known !== undefined) return known;
  const found = new Set();
  const seen = new Map();
  for (const [, heading] of readFileSync(page, 'utf8').replace(FENCE, '').matchAll(HEADING)) {
    const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = text.replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '').replace(/ /g, '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    found.add(count === 0 ? slug : `${slug}-${String(count)}`);
  }
  anchors.set(page, found);
  return found;
}

const problems = [];
let count = 0;
const pages = execFileSync('git', ['ls-files', '*.md'], { encoding: 'utf8' }).split('\n');
for (const page of pages.filter((name) => name !== '' && existsSync(name))) {
  // Removes code but keeps line breaks, so that problems have the right line number.
  const blank = (code) => code.replace(/[^\n]/g, ' ');
  const text = readFileSync(page, 'utf8').replace(FENCE, blank).replace(CODE, blank);
  for (const match of text.matchAll(LINK)) {
    const target = match[1] ?? match[2];
    if (ELSEWHERE.test(target)) continue;
    count++;
    const [path, anchor] = decodeURI(target).split('#');
    const file = path === '' ? page : normalize(join(dirname(page), path));
    const line = text.slice(0, match.index).split('\n').length;
    if (!existsSync(file)) problems.push(`${page}:${line}: there is no ${file}`);
    else if (anchor !== undefined && file.endsWith('.md') && !anchorsOf(file).has(anchor))
      problems.push(`${page}:${line}: ${file} has no heading #${anchor}`);
  }
}

for (const problem of problems) console.error(problem);
if (count === 0) console.error('no link was found, so nothing was checked');
process.exitCode = problems.length > 0 || count === 0 ? 1 : 0;
