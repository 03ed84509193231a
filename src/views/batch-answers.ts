import * as z from 'zod';
import { count } from './values.js';

const rejection = z
  .strictObject({
    index: count.meta({ description: 'Its index in the batch, from 0.' }),
    error: z.string(),
  })
  .meta({ id: 'Rejection' });

export const rejected = z.array(rejection);

export const accepted = z.strictObject({ accepted: count, rejected }).meta({ id: 'BatchAnswer' });
