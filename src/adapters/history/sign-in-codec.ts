import * as z from 'zod';
import type { SignIn } from '../../domain/sign-in.js';
import { instant } from '../../domain/time.js';
import { KIND } from './format.js';
import { storedInstant } from './json-columns.js';
import { JsonRecords } from './json-records.js';

const stored = z.object({
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

/** By the hash of the token: SHA-256 in hex, of which the key has the bytes. */
export const signInRecords = new JsonRecords<SignIn, string>({
  kind: KIND.SIGN_IN,
  encoding: 'hex',
  idOf: ({ hash }) => hash,
  write: ({ who, at, expires }) => ({ who, at, expires }),
  read: (json, hash) => ({ hash, ...stored.parse(json) }),
});
