import { inspect } from 'node:util';
import type { Option } from './option.js';

/** The source of a value. */
export type Source =
  | { readonly kind: 'flag'; readonly name: string }
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string; readonly line: number }
  | { readonly kind: 'default'; readonly because?: string };

/** A value as given, not yet checked. */
export interface Given {
  readonly option: Option;
  readonly value: unknown;
  readonly source: Source;
}

/** The source in a form that people can find: a flag, a variable, or `path:line`. */
export function sourceText(source: Source): string {
  switch (source.kind) {
    case 'flag':
    case 'environment':
      return source.name;
    case 'file':
      return `${source.path}:${source.line}`;
    case 'default':
      return source.because === undefined ? 'default' : `default, as ${source.because}`;
  }
}

/** A value in the form that may be shown: on one line, secrets hidden. */
export function valueText(option: Pick<Option, 'secret' | 'shown'>, value: unknown): string {
  if (value === null) return 'off';
  if (option.secret) return (typeof value === 'string' && option.shown?.(value)) || '(secret)';
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : brief(value);
}

/** A refused value, quoted so that '', ' 7' and "off" can be told apart. */
export function refusedText(option: Pick<Option, 'secret'>, value: unknown): string {
  if (option.secret) return 'the one given';
  return typeof value === 'string' ? JSON.stringify(value) : brief(value);
}

/** Whether the value is one that its option takes: a problem, or none. */
export function valueProblems({ option, value, source }: Given): readonly string[] {
  if (option.type.safeParse(value).success) return [];
  const refused = refusedText(option, value);
  return [`${option.key}: must be ${option.expects}, not ${refused} (from ${sourceText(source)})`];
}

function brief(value: unknown): string {
  return inspect(value, { depth: 0, breakLength: Infinity, maxStringLength: 100 });
}
