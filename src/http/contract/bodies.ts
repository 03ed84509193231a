import { z } from 'zod';
import { nodeName, userIdText } from '../shapes.js';
import { userId } from './values.js';

/** The body of a batch, by content type. */
type BatchBody = Readonly<Record<'application/json' | 'text/plain', z.ZodType>>;

const LINES = 'A line that is none is in `rejected`, and so is an element of an array; empty lines are none.';

/** A batch of ids. What an array holds may be a number: its digits are read as they are written. */
export function usersUpTo(most: number): BatchBody {
  const id = z.union([userId, userIdText]).meta({ description: 'An id as a number or as a string.' });
  return {
    'application/json': z.array(id).max(most),
    'text/plain': z.string().meta({ description: `One id a line. ${LINES}` }),
  };
}

/** A batch of names. */
export function nodesUpTo(most: number): BatchBody {
  return {
    'application/json': z.array(nodeName).max(most),
    'text/plain': z.string().meta({ description: `One name a line. ${LINES}` }),
  };
}
