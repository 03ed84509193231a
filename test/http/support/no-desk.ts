import type { SignInDesk } from '../../../src/http/sign-in/sign-in-routes.js';

/** Where nobody can sign in, for tests of other routes. */
export const NO_DESK: SignInDesk = {
  place: { problem: 'nobody signs in here' },
  lifetime: 60,
  authenticate: () => {
    throw new TypeError('nobody signs in here');
  },
  exceedsKeyRate: () => false,
  signInOf: () => undefined,
};
