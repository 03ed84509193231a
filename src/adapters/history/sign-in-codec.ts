import * as z from 'zod';
import type { SignIn } from '../../domain/sign-in.js';
import { instant } from '../../domain/time.js';
import { rangeOf } from './binary.js';
import { KIND } from './format.js';
import { storedInstant } from './json-columns.js';
import { entries } from './sealed-store.js';
import { DamagedRecord } from './store-errors.js';
import type { OrderedStore } from '../../ports/ordered-store.js';

/*
 * | key                        | value |
 * |----------------------------|-------|
 * | SIGN_IN, hash of the token | JSON  |
 */
const { SIGN_IN } = KIND;

const allSignIns = rangeOf(SIGN_IN);

const schema = z.object({
  who: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('key'), name: z.string(), hash: z.string() }),
    z.object({
      kind: z.literal('person'),
      name: z.string(),
      groups: z.array(z.string()),
      issuer: z.string(),
      subject: z.string(),
    }),
  ]),
  at: storedInstant.transform(instant),
  expires: storedInstant.transform(instant),
});

/** @param hash SHA-256 in hex */
export function signInKey(hash: string): Buffer {
  return Buffer.concat([Buffer.of(SIGN_IN), Buffer.from(hash, 'hex')]);
}

function hashOf(key: Buffer): string {
  return key.toString('hex', 1);
}

export function signInValue({ who, at, expires }: SignIn): Buffer {
  return Buffer.from(JSON.stringify({ who, at, expires }));
}

/** All that are stored, in chunks. @throws HeartbeatError if one is damaged */
export async function* storedSignIns(store: OrderedStore): AsyncGenerator<readonly SignIn[]> {
  for await (const chunk of entries(store, allSignIns))
    yield chunk.map(([key, value]) => signInFrom(key, value));
}

/** @throws HeartbeatError if it is damaged */
export function signInFrom(key: Buffer, value: Buffer): SignIn {
  try {
    return { hash: hashOf(key), ...schema.parse(JSON.parse(value.toString())) };
  } catch (error) {
    throw new DamagedRecord(key, { cause: error });
  }
}
