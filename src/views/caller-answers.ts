import * as z from 'zod';
import { SCOPES } from '../domain/access.js';
import { instant } from './values.js';

export const caller = z
  .strictObject({
    key: z
      .string()
      .nullable()
      .meta({ description: 'The name of the key; null while none is configured, and for people.' }),
    user: z.string().nullable().meta({ description: 'Who it is, if a proxy or a provider says so.' }),
    scopes: z
      .array(z.enum(SCOPES))
      .readonly()
      .meta({ description: 'What it may do, with what `admin` includes.' }),
    nodes: z
      .array(z.string())
      .readonly()
      .nullable()
      .meta({ description: 'Prefixes of the node names that it covers; null for all nodes.' }),
    expires: instant.nullable().meta({ description: 'When it ends; null if it does not.' }),
    signed_in: z
      .boolean()
      .meta({ description: 'Whether a cookie stands for it: `DELETE /session` ends it.' }),
  })
  .meta({ id: 'Caller' });

export const waysIn = z
  .strictObject({
    url: z.string().nullable().meta({ description: 'Where browsers sign in; null if they cannot.' }),
    problem: z.string().nullable().meta({ description: 'Why they cannot, as a sentence.' }),
    openid: z
      .string()
      .nullable()
      .meta({ description: 'The name of the provider at `/sign-in/openid`; null without one.' }),
  })
  .meta({ id: 'WaysIn' });
