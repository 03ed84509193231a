import { inspect } from 'node:util';

/** Characters beyond JSON's own escapes that a terminal obeys, or that some `split` takes for the end of a line. */
const UNSAFE = /[\u007f-\u009f\u2028\u2029]/g;
/** An error may be its own cause. */
const DEEPEST_CAUSE = 10;

/** One line of JSON for any value; it never throws. */
export function jsonOf(value: unknown): string {
  return stringify(value).replace(UNSAFE, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function stringify(value: unknown): string {
  try {
    // Undefined for functions and symbols, whatever the types say.
    const json = JSON.stringify(value, asData) as string | undefined;
    return json ?? JSON.stringify(String(value));
  } catch {
    return JSON.stringify(inspect(value, { depth: 3, breakLength: Infinity }));
  }
}

/** JSON refuses a bigint, and turns an error into `{}`. */
function asData(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  return value instanceof Error ? errorFields(value, 0) : value;
}

function errorFields(error: Error, depth: number): object {
  const { name, message, stack, cause } = error;
  return {
    name,
    message,
    ...('code' in error ? { code: error.code } : {}),
    stack,
    ...(error instanceof AggregateError ? { errors: error.errors } : {}),
    ...(cause === undefined || depth >= DEEPEST_CAUSE ? {} : { cause: causeFields(cause, depth + 1) }),
  };
}

function causeFields(cause: unknown, depth: number): unknown {
  return cause instanceof Error ? errorFields(cause, depth) : cause;
}
