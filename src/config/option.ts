import * as z from 'zod';
import type { Kind, Notation, Unit } from './value-kinds.js';

/** A default that depends on where the daemon runs. */
interface ComputedDefault {
  readonly text: string;
  readonly value: (isTerminal: boolean) => { readonly value: unknown; readonly because: string };
}

interface Facts {
  readonly notation: Notation;
  readonly unit?: Unit;
  readonly expects: string;
  readonly description: string;
  readonly secret: boolean;
  /** A secret value in the form that may be shown. */
  readonly shown?: (value: string) => string;
  readonly computed?: ComputedDefault;
}

/** An option with all its names, derived from the schema. */
export interface Option extends Facts {
  /** Dotted, as in the file: `log.level`. */
  readonly key: string;
  /** `--log-level` */
  readonly flag: string;
  /** `HEARTBEAT_LOG_LEVEL` */
  readonly variable: string;
  readonly type: z.ZodType;
  /** undefined if the default is computed. */
  readonly default: unknown;
}

type Group = z.ZodReadonly<z.ZodObject>;
type Secrecy = Partial<Pick<Facts, 'secret' | 'shown'>>;
type Details = Omit<Facts, keyof Kind<z.ZodType> | 'secret'> & Secrecy;

const registry = z.registry<Facts>();

/** An option with a fixed default. */
export function option<T extends z.ZodType>(
  kind: Kind<T>,
  byDefault: z.core.util.NoUndefined<z.output<T>>,
  description: string,
  secrecy: Secrecy = {},
): z.ZodDefault<T> {
  return register(kind.type.default(byDefault), kind, { description, ...secrecy });
}

/** An option whose default is only known when the daemon starts. */
export function optionComputed<T extends z.ZodType>(
  kind: Kind<T>,
  computed: ComputedDefault,
  description: string,
): T {
  return register(kind.type, kind, { description, computed });
}

/** A group of options under a common name, or all options. */
export function group<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape).readonly();
}

/** Every option of a schema, in its order. */
export function optionsOf(schema: Group, prefix = ''): readonly Option[] {
  return Object.entries(schema.unwrap().shape).flatMap(([name, type]) =>
    isGroup(type) ? optionsOf(type, `${prefix}${name}.`) : describe(type, `${prefix}${name}`),
  );
}

/** The nested object of a schema, with values looked up by dotted key. */
export function nest(
  schema: Group,
  valueOf: (key: string) => unknown,
  prefix = '',
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(schema.unwrap().shape).map(([name, type]) => {
      const key = `${prefix}${name}`;
      return [name, isGroup(type) ? nest(type, valueOf, `${key}.`) : valueOf(key)];
    }),
  );
}

function register<T extends z.ZodType, K extends z.ZodType>(
  type: T,
  { notation, unit, expects }: Kind<K>,
  { secret = false, ...details }: Details,
): T {
  const facts = { notation, expects, secret, ...details };
  registry.add(type, unit === undefined ? facts : { ...facts, unit });
  return type;
}

function describe(type: unknown, key: string): Option {
  const facts = type instanceof z.ZodType ? registry.get(type) : undefined;
  if (!(type instanceof z.ZodType) || facts === undefined) {
    throw new Error(`${key} is not an option: make it with option() or group()`);
  }
  const words = key.split(/[._]/);
  return {
    ...facts,
    key,
    type,
    flag: `--${words.join('-')}`,
    variable: `HEARTBEAT_${words.join('_').toUpperCase()}`,
    default: type instanceof z.ZodDefault ? type.def.defaultValue : undefined,
  };
}

function isGroup(type: unknown): type is Group {
  return type instanceof z.ZodReadonly && type.unwrap() instanceof z.ZodObject;
}
