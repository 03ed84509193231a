import { LineCounter, parseDocument } from 'yaml';

/**
 * A YAML text as plain values. It is loaded where there is a file to read.
 *
 * @throws Error that says where the text is no YAML, and does not quote it: it may hold secrets
 */
export function parseYaml(text: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
  const [mistake] = document.errors;
  if (mistake !== undefined) {
    const { line, col } = lines.linePos(mistake.pos[0]);
    throw new Error(`line ${line}, column ${col} is no YAML (${mistake.code})`);
  }
  try {
    return document.toJS();
  } catch {
    throw new Error('an alias is not resolved: write its value instead');
  }
}
