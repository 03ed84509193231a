import { expect } from 'chai';
import { UnnotifiedChannels } from '../../../actors/notifier/rules/unnotified-channels.js';
import { nodeName } from '../../support/simulated-alerts.js';

const DB = nodeName('db');
const WEB = nodeName('web');

describe('unnotified channels', () => {
  it('are stored once for each change, and removed when none are left', () => {
    const unnotified = new UnnotifiedChannels();
    unnotified.add(DB, ['ops']);
    unnotified.add(DB, ['ops', 'boss']);
    unnotified.add(WEB, ['ops']);
    expect(unnotified.takeChanges()).to.deep.equal([
      { node: 'db', channels: ['ops', 'boss'] },
      { node: 'web', channels: ['ops'] },
    ]);
    expect(unnotified.takeChanges()).to.deep.equal([]);
    unnotified.add(DB, ['boss']);
    unnotified.notified(DB, ['other']);
    unnotified.set(WEB, new Set(['ops']));
    expect(unnotified.takeChanges(), 'nothing has changed').to.deep.equal([]);
    unnotified.notified(DB, ['ops']);
    unnotified.forget(WEB);
    unnotified.forget(nodeName('other'));
    expect([...unnotified.of(DB)], 'of db').to.deep.equal(['boss']);
    expect([...unnotified.of(WEB)], 'of web').to.deep.equal([]);
    expect(unnotified.takeChanges()).to.deep.equal([
      { node: 'db', channels: ['boss'] },
      { node: 'web', channels: [] },
    ]);
  });

  it('of an earlier run are no change, but their end is', () => {
    const unnotified = new UnnotifiedChannels();
    unnotified.restore([{ node: DB, channels: ['ops', 'boss'] }]);
    expect(unnotified.takeChanges()).to.deep.equal([]);
    unnotified.set(DB, new Set(['ops', 'spare']));
    expect(unnotified.takeChanges()).to.deep.equal([{ node: 'db', channels: ['ops', 'spare'] }]);
    unnotified.notified(DB, ['ops', 'spare']);
    expect(unnotified.takeChanges()).to.deep.equal([{ node: 'db', channels: [] }]);
  });
});
