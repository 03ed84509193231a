import * as z from 'zod';
import { parseRange, PUBLIC } from '../adapters/channels/http/ssrf-guard.js';
import type { Seconds } from '../domain/time.js';

export const DAY = 86_400;
export const KiB = 1024;
export const MiB = 1024 * KiB;
export const MILLION = 1_000_000;
export const BILLION = 1_000_000_000;

/** How a value is written on the command line and in the environment, where everything is text. */
export type Notation = 'number' | 'boolean' | 'text';

export type Unit = 'seconds' | 'bytes';

/** A kind of value: its check, and the words that end the sentence "must be …". */
export interface Kind<T extends z.ZodType> {
  readonly type: T;
  readonly notation: Notation;
  readonly unit?: Unit;
  readonly expects: string;
}

export const seconds = (min: number, max: number): Kind<z.ZodType<Seconds>> => ({
  type: z.number().min(min).max(max),
  notation: 'number',
  unit: 'seconds',
  expects: `a number of seconds between ${min} and ${max}`,
});

// Node's timers hold at most 24.8 days, and fire at once beyond that. So an option that becomes a timer ends at a day.
export const timer = seconds(0.001, DAY);

export const bytes = (min: number, max: number): Kind<z.ZodNumber> => ({
  type: z.int().min(min).max(max),
  notation: 'number',
  unit: 'bytes',
  expects: `a whole number of bytes between ${min} and ${max}`,
});

export const whole = (min: number, max: number): Kind<z.ZodNumber> => ({
  type: z.int().min(min).max(max),
  notation: 'number',
  expects: `a whole number between ${min} and ${max}`,
});

export const rate = (min: number, max: number): Kind<z.ZodNumber> => ({
  type: z.number().min(min).max(max),
  notation: 'number',
  expects: `a number of requests a second between ${min} and ${max}`,
});

export const flag: Kind<z.ZodBoolean> = {
  type: z.boolean(),
  notation: 'boolean',
  expects: 'true or false',
};

export const fraction: Kind<z.ZodNumber> = {
  type: z.number().min(0).max(1),
  notation: 'number',
  expects: 'a number between 0 and 1',
};

export const text = (pattern: RegExp, expects: string): Kind<z.ZodString> => ({
  type: z.string().regex(pattern),
  notation: 'text',
  expects,
});

/**
 * An access mode in octal digits. YAML reads them as a number, and `0o660` as 432: what it makes of an octal number from
 * `0o600` to `0o777` never begins with 6 or 7, and a mode that does lets the daemon itself read and write.
 */
export const fileMode = {
  type: z.preprocess(
    (value) => (typeof value === 'number' ? String(value) : value),
    z.string().regex(/^0?[67][0-7]{2}$/),
  ),
  notation: 'text' as const,
  expects: 'an access mode of three octal digits that lets the daemon read and write, such as 660',
};

/** A list; as text, its parts are separated by commas. */
const listOf = (isGood: (part: string) => boolean, expects: string) => ({
  type: z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',').map((each) => each.trim()) : value),
    z.array(z.string().refine(isGood)).readonly(),
  ),
  notation: 'text' as const,
  expects,
});

const ORIGIN = /^https?:\/\/[a-z0-9.:[\]-]+$/i;

/** Origins as browsers write them. */
export const origins = listOf(
  (text) => text === '*' || (ORIGIN.test(text) && URL.canParse(text)),
  'a list of origins such as https://app.example.org, or *',
);

/** URLs of servers, without a path. */
export const servers = listOf(
  (text) => ORIGIN.test(text) && URL.canParse(text),
  'a list of URLs without a path, such as https://10.0.0.11:2379',
);

const HOST_NAME = /^(?:[a-z0-9._-]+|\[?[0-9a-f:.]+\]?)$/i;

/** Host names or addresses without a port. */
export const hosts = listOf(
  (text) => text === '*' || HOST_NAME.test(text),
  'a list of names without a port, such as heartbeat.internal, or *',
);

const PUBLIC_URL = /^https?:\/\/(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?(?:\/[\w.~-]+)*\/?$/i;
/** It is part of each link, and messages have limits. */
const LONGEST_URL = 200;

/** A URL that others can be made of by adding a path. Without a slash at the end. */
export const publicUrl = {
  type: z
    .string()
    .max(LONGEST_URL)
    .refine((url) => PUBLIC_URL.test(url) && URL.canParse(url))
    .transform((url) => url.replace(/\/$/, '')),
  notation: 'text' as const,
  expects: `an http or https URL of at most ${LONGEST_URL} characters without a query, such as https://heartbeat.example.org`,
};

/** Networks, or `public`. */
export const networks = listOf(
  (text) => text === PUBLIC || parseRange(text) !== undefined,
  'a list of networks such as 10.0.0.0/8, or public',
);

/** Networks, such as those of proxies. */
export const ranges = listOf(
  (text) => parseRange(text) !== undefined,
  'a list of networks such as 10.0.0.0/8',
);

export const oneOf = <const T extends readonly string[]>(...names: T) => ({
  type: z.enum(names),
  notation: 'text' as const,
  expects: `one of ${names.join(', ')}`,
});

/** Adds the word `off`, which becomes null in the configuration. */
export const orOff = <T extends z.ZodType>(kind: Kind<T>) => ({
  ...kind,
  type: z.preprocess((value) => (value === 'off' ? null : value), kind.type.nullable()),
  expects: `${kind.expects}, or off`,
});

// The grammar of JSON's numbers. Number() alone would also accept '', ' 7', '0x10' and 'Infinity'.
const jsonNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** The value of a text. A text that is not a valid value is kept, so that the check refuses it. */
export function fromText(notation: Notation, written: string): unknown {
  switch (notation) {
    case 'number':
      return jsonNumber.test(written) && Number.isFinite(Number(written)) ? Number(written) : written;
    case 'boolean':
      return written === 'true' ? true : written === 'false' ? false : written;
    case 'text':
      return written;
  }
}
