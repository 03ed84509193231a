import type { Answer, Example } from '../../contract/operation.js';
import { failure } from '../../../views/error-answer.js';

export const USER = '12345';

export const noUserId: Answer = { means: 'The id is not that of a user.', body: failure };

export const wrongId: Example = {
  name: 'wrong_id',
  path: { user_id: 'nobody' },
  status: 400,
  answer: { error: 'invalid user_id format' },
};

export const tooLarge: Answer = { means: 'The body has too many ids or bytes.', body: failure };
