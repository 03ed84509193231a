import { readYaml } from '../../config/yaml-document.js';

/**
 * A YAML text as plain values. It is loaded where there is a file to read.
 *
 * @throws Error that says why it cannot be read, and does not quote it: it may hold secrets
 */
export function parseYaml(text: string): unknown {
  return readYaml(
    '',
    text,
    ({ document, lines }): unknown => {
      const [mistake] = document.errors;
      if (mistake !== undefined) {
        const { line, col } = lines.linePos(mistake.pos[0]);
        throw new Error(`line ${line}, column ${col} is no YAML (${mistake.code})`);
      }
      try {
        return document.toJS();
      } catch (error) {
        if (error instanceof RangeError) throw error;
        throw new Error('an alias is not resolved, or there are too many: write the values instead', {
          cause: error,
        });
      }
    },
    () => {
      throw new Error('it is nested too deeply');
    },
  );
}
