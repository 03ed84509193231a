import type { SignInsApi } from './api/pages-api.js';
import type { Actors } from './assemble.js';
import { notHere } from './partition-run.js';
import type { SignIns } from '../../actors/records/sign-ins.js';

/** Who has signed in. */
export function signInQueries({ home, signInRules }: Pick<Actors, 'home' | 'signInRules'>): SignInsApi {
  const kept = (): SignIns => {
    const { watch } = home.answering;
    if (watch === undefined) throw notHere(home.id);
    return watch.signIns;
  };
  return {
    find: (hash) => kept().find(hash),
    begin: async (signIn) => kept().begin(signIn),
    end: async (hash) => kept().end(hash),
    rule: (keeps, ended) => {
      Object.assign(signInRules, { keeps, ended });
      home.watch?.signIns.review();
    },
  };
}
