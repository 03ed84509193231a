import { z } from 'zod';
import { userIdText } from '../../views/shapes.js';
import { userId } from '../../views/values.js';

/** An id in a batch. As a number its digits are read as they are written. */
export const userInBatch = z
  .union([userId, userIdText])
  .meta({ description: 'An id as a number or as a string.' });

/**
 * The body of a batch, by content type.
 *
 * @param what an element is called
 */
export function batchOf(
  element: z.ZodType,
  what: string,
  most: number,
): Readonly<Record<'application/json' | 'text/plain', z.ZodType>> {
  const lines = `One ${what} a line. What is none is in \`rejected\`, as it is of an array; empty lines are nothing.`;
  return {
    'application/json': z.array(element).max(most),
    'text/plain': z.string().meta({ description: lines }),
  };
}
