import { expect } from 'chai';
import { Redaction } from '../../../src/adapters/channels/redaction.js';
import { RedactingNotifier } from '../../../src/adapters/channels/redacting-notifier.js';
import { BaseNotifier } from '../../../src/ports/channel.js';

class Plain extends BaseNotifier {
  override notify(): Promise<void> {
    return Promise.resolve();
  }
}

class Repeating extends Plain {
  isStopped = false;

  stopResending(): void {
    this.isStopped = true;
  }

  resend(): boolean {
    return true;
  }
}

describe('a notifier whose secrets are redacted', () => {
  it('says whether its provider is notified of failures that last', () => {
    const secrets = new Redaction([]);
    expect(new RedactingNotifier(new Plain(), secrets).resend([])).to.equal(false);
    expect(new RedactingNotifier(new Repeating(), secrets).resend([])).to.equal(true);
  });

  it('is told when somebody else repeats them', () => {
    const repeating = new Repeating();
    new RedactingNotifier(repeating, new Redaction([])).stopResending();
    expect(repeating.isStopped).to.equal(true);
  });
});
