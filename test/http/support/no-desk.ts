import type { OpenIdDesk } from '../../../src/http/sign-in/openid-routes.js';

/** Where nobody can sign in, for tests of other routes. */
export const NO_DESK: OpenIdDesk = {
  place: { problem: 'nobody signs in here' },
  lifetime: 60,
  authenticate: () => {
    throw new TypeError('nobody signs in here');
  },
  exceedsKeyRate: () => false,
  signInOf: () => undefined,
  provider: undefined,
  providerName: undefined,
  accessOf: () => undefined,
};
