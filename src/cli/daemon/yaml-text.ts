import { parse } from 'yaml';

/**
 * A YAML text as plain values. It is loaded where there is a file to read.
 *
 * @throws Error that does not quote the text, which may hold secrets
 */
export function parseYaml(text: string): unknown {
  return parse(text, { prettyErrors: false, logLevel: 'silent' });
}
