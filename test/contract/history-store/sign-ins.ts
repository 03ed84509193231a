import { expect } from 'chai';
import type { SignIn } from '../../../src/domain/sign-in.js';
import { instant } from '../../../src/domain/time.js';
import { withStore } from '../../support/with-store.js';
import { collect } from './reading.js';
import type { MakeSubject } from './subject.js';

const byKey: SignIn = {
  hash: '0f'.repeat(32),
  who: { kind: 'key', name: 'ops', hash: '0123456789abcdef' },
  at: instant(1000),
  expires: instant(2000),
};
const byPerson: SignIn = {
  hash: 'f0'.repeat(32),
  who: {
    kind: 'person',
    name: 'änn "☃"\n',
    groups: ['on-call', 'büro'],
    issuer: 'https://login.example.org',
    subject: '7',
  },
  at: instant(1500),
  expires: instant(2500),
};

export function describeSignIns(make: MakeSubject): void {
  describe('keeps sign-ins, and', () => {
    const history = withStore(make);

    const stored = () => collect(history.store.signIns());

    it('finds them whole after a restart, and none that was removed', async () => {
      const third = { ...byKey, hash: 'aa'.repeat(32) };
      expect(await stored()).to.deep.equal([]);
      await history.store.write([
        { kind: 'sign_ins', signIns: [byPerson, third], forgotten: [] },
        { kind: 'sign_ins', signIns: [byKey], forgotten: [third.hash, 'bb'.repeat(32)] },
      ]);
      await history.reopen();
      expect(await stored()).to.deep.equal([byKey, byPerson]);
      const later = { ...byKey, expires: instant(3000) };
      await history.store.write([{ kind: 'sign_ins', signIns: [later], forgotten: [byPerson.hash] }]);
      await history.reopen();
      expect(await stored()).to.deep.equal([later]);
    });
  });
}
