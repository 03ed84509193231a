import { resolve } from 'node:path';
import { isMap, isNode, isScalar, visit, type Document, type Pair } from 'yaml';
import type { GivenSection } from './setting-problems.js';
import { whyUnreadable } from './named-files.js';
import { didYouMean } from '../views/did-you-mean.js';
import { options } from './schema.js';
import type { Given } from './value-source.js';
import { readYaml, type YamlDocument } from './yaml-document.js';

/** The contents of a file with every problem in it. `readable` is false if its values could not be read. */
export interface FileContents {
  /** Undefined if there is no file. */
  readonly path?: string;
  readonly readable: boolean;
  readonly given: readonly Given[];
  readonly problems: readonly string[];
  /** The parts that are not options, by name. */
  readonly sections: Readonly<Record<string, GivenSection>>;
}

const keys = options.map(({ key }) => key);

/** They contain names that users choose, so they have no flags and no variables. */
const SECTIONS = ['channels', 'auth', 'maintenance', 'rotas', 'status'];

interface FilePlace {
  /** The flag or the variable that names the file. */
  readonly namedBy: string;
  /** Its path is relative to this directory. */
  readonly cwd: string;
  /** @throws the system's error if it cannot be read */
  readonly readFile: (path: string) => string;
}

/** Reads the file of a name, or nothing if none is named. */
export function readConfigFile(
  name: string | undefined,
  { namedBy, cwd, readFile }: FilePlace,
): FileContents {
  if (name === undefined) return { readable: true, given: [], problems: [], sections: {} };
  if (name === '') return refused(`${namedBy}: must be the path of a file, not ""`);
  const path = resolve(cwd, name);
  let contents;
  try {
    contents = readFile(path);
  } catch (error) {
    return refused(`${path}: cannot be read: ${whyUnreadable(error)} (from ${namedBy})`);
  }
  return parseFile(path, contents);
}

function refused(...problems: readonly string[]): FileContents {
  return { readable: false, given: [], problems, sections: {} };
}

/** Reads YAML, which includes JSON. */
function parseFile(path: string, contents: string): FileContents {
  return readYaml(path, contents, (yaml) => contentsOf(path, yaml), refused);
}

function contentsOf(path: string, { document, lines }: YamlDocument): FileContents {
  const mistakes = mistakesIn(document).map(({ offset, message }) => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}: ${message}`;
  });
  if (mistakes.length > 0) return refused(...mistakes);

  const root = document.contents;
  if (!isMap(root) && !isEmpty(root)) {
    return refused(`${path}: must be a map of options, such as "port: 3519"`);
  }

  const given: Given[] = [];
  const problems: string[] = [];
  const sections: Record<string, GivenSection> = {};
  if (isMap(root)) for (const pair of root.items) readPair(pair, '');
  return { path, readable: true, given, problems, sections };

  function readPair({ key: keyNode, value: node }: Pair, prefix: string): void {
    const name = isScalar(keyNode) ? String(keyNode.value) : String(keyNode);
    const key = `${prefix}${name}`;
    const offset = isNode(keyNode) ? (keyNode.range?.[0] ?? 0) : 0;
    const { line } = lines.linePos(offset);
    const option = options.find((each) => each.key === key);
    const members = keys.filter((each) => each.startsWith(`${key}.`));

    if (SECTIONS.includes(key)) {
      const value: unknown = isNode(node) ? node.toJS(document) : node;
      sections[key] = { value, path, lineOf: (place) => lineOf([key, ...place]) };
    } else if (name.includes('.')) {
      problems.push(unknown(key, line));
    } else if (option !== undefined) {
      const value: unknown = isNode(node) ? node.toJS(document) : node;
      given.push({ option, value, source: { kind: 'file', path, line } });
    } else if (isMap(node) && (members.length > 0 || node.items.length > 0)) {
      for (const pair of node.items) readPair(pair, `${key}.`);
    } else if (members.length === 0) {
      problems.push(unknown(key, line));
    } else if (!isEmpty(node)) {
      problems.push(`${key}: must hold ${members.join(', ')} (from ${path}:${line})`);
    }
  }

  /** The line of the place, or of its nearest parent that is in the file. */
  function lineOf(place: readonly PropertyKey[]): number {
    for (let length = place.length; length >= 0; length--) {
      const found = document.getIn(place.slice(0, length), true);
      if (isNode(found) && found.range) return lines.linePos(found.range[0]).line;
    }
    return 1;
  }

  function unknown(key: string, line: number): string {
    const advice = keys.includes(key)
      ? `; write "${key.replace('.', ': { ')}: … }"`
      : didYouMean(key, keys) || '; remove it';
    return `${onOneLine(key)}: unknown option${advice} (from ${path}:${line})`;
  }
}

function mistakesIn(document: Document.Parsed): { offset: number; message: string }[] {
  const mistakes = [...document.errors, ...document.warnings].map(({ pos, code, message }) => ({
    offset: pos[0],
    message: code === 'MULTIPLE_DOCS' ? 'A second document: keep one' : message,
  }));
  // An alias may contain itself, and twenty plain values need none.
  visit(document, {
    Alias: (_key, { range }) => {
      mistakes.push({ offset: range?.[0] ?? 0, message: 'An alias: write its value instead' });
    },
  });
  return mistakes;
}

function onOneLine(key: string): string {
  return /^[\w.$-]+$/.test(key) ? key : JSON.stringify(key);
}

// A group whose options are all commented out is empty, not wrong.
function isEmpty(node: unknown): boolean {
  return node === null || (isScalar(node) && node.value === null);
}
