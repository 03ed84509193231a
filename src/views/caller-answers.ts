import { z } from 'zod';
import { SCOPES } from '../domain/access.js';
import { instant } from './values.js';

export const caller = z
  .strictObject({
    key: z.string().nullable().meta({ description: 'The name of the key; null while none is configured.' }),
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
  })
  .meta({ id: 'Caller' });
