import * as z from 'zod';

export const failure = z
  .strictObject({
    error: z.string().meta({ description: 'A sentence for people.' }),
    code: z
      .string()
      .optional()
      .meta({ description: 'From the table in docs/errors.md. Absent on heal, checkup and heart_rhythm.' }),
    problems: z
      .array(z.strictObject({ path: z.string(), problem: z.string() }))
      .optional()
      .meta({
        description: 'All problems of the settings or the acknowledgement in the body.',
      }),
  })
  .meta({ id: 'Error' });
