// Rewrites the figures and the chart of docs/performance.md: node --import ./scripts/typescript.js scripts/docs-performance.ts RESULTS.json
import { readFileSync, writeFileSync } from 'node:fs';
import { drawResults } from '../bench/chart/draw-results.js';
import { markdownText } from '../bench/report/markdown.js';
import { parseResults } from '../bench/report/results.js';

const MARKED = /(<!-- Written by \S+ from here on\. -->\n)[^]*(\n<!-- Written by \S+ up to here\. -->)/;
const CHART = '![Cost of a heal and of a user by the number of users online](performance.svg)';

const results = parseResults(readFileSync(process.argv[2] ?? 'bench/results/latest.json', 'utf8'));
if (results === undefined) throw new Error('no results of the bench');
const chart = drawResults(results);
const figures = [markdownText(results), ...(chart === undefined ? [] : [CHART, ''])].join('\n');
const path = new URL('../docs/performance.md', import.meta.url);
const page = readFileSync(path, 'utf8');
writeFileSync(
  path,
  page.replace(MARKED, (_, before: string, after: string) => `${before}\n${figures}${after}`),
);
if (chart !== undefined) writeFileSync(new URL('../docs/performance.svg', import.meta.url), chart);
