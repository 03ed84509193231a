import { LineCounter, parseDocument, type Document } from 'yaml';

/** A parsed file, and how to say where something is in it. */
export interface YamlDocument {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

/** Parsing and reading are recursive, and the parser reports that as a mistake of the file, or throws it. */
const TOO_DEEP = /maximum call stack/i;

/**
 * Parses YAML, which includes JSON, and has it read. What is nested so deeply that the stack does not suffice is one
 * problem, in words.
 *
 * @param refused makes the result of such a file
 */
export function readYaml<Read>(
  path: string,
  text: string,
  read: (yaml: YamlDocument) => Read,
  refused: (problem: string) => Read,
): Read {
  const tooDeep = `${path}: is nested too deeply`;
  const lines = new LineCounter();
  try {
    // Pretty errors quote the file, which may hold secrets.
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    if (document.errors.some(({ message }) => TOO_DEEP.test(message))) return refused(tooDeep);
    return read({ document, lines });
  } catch (error) {
    if (error instanceof RangeError && TOO_DEEP.test(error.message)) return refused(tooDeep);
    throw error;
  }
}
