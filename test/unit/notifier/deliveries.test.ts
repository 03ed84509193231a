import { expect } from 'chai';
import type { ChannelActor } from '../../../actors/notifier/channel/channel.actor.js';
import type { Offer } from '../../../actors/notifier/channel/channel.protocol.js';
import { AttemptIntents, IntentRegister } from '../../../actors/notifier/outbox/attempt-intents.js';
import { Deliveries } from '../../../actors/notifier/outbox/deliveries.js';
import { OpenAlerts } from '../../../actors/notifier/outbox/open-alerts.js';
import { AlertWriter } from '../../../actors/notifier/outbox/alert-writer.js';
import { UnnotifiedChannels } from '../../../actors/notifier/rules/unnotified-channels.js';
import { instant } from '../../../src/domain/time.js';
import { alertAt, delivery } from '../../support/alert-records.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { SimulatedClock } from '../../support/simulated-clock.js';

describe('the pending deliveries', () => {
  it('is offered until an attempt has begun, again on request, and after a restart', () => {
    const offered: string[] = [];
    const channel = (name: string): ChannelActor =>
      ({ offer: (offers: readonly Offer[]) => offered.push(`${name} ${offers[0]!.attempts}`) }) as never;
    const clock = new SimulatedClock();
    const open = new OpenAlerts();
    const around = { clock, submit: () => undefined, refusing: () => false };
    const writer = new AlertWriter(open, new UnnotifiedChannels(), around, () => undefined);
    const channels = new Map(['new', 'begun', 'asked-for'].map((name) => [name, channel(name)]));
    const attemptIntents = new AttemptIntents(new IntentRegister(), {
      open,
      writer,
      clock,
      channels,
      rebuiltGroup: () => [],
      isRota: () => false,
      overridesAt: () => [],
      upToDate: (alert) => alert,
      begins: () => undefined,
    });
    const deliveries = new Deliveries(open, writer, attemptIntents, {
      clock,
      logger: new RecordingLogger(),
      channels,
      policies: [],
      escalation: { wait: () => 0, delayOf: () => 0 },
    });
    const begun = { attempts: 1, lastAttempt: instant(2000) };
    const record = {
      alert: alertAt(1000),
      deliveries: [
        delivery('pending', { channel: 'new' }),
        delivery('pending', { channel: 'begun', ...begun }),
        delivery('pending', { channel: 'asked-for', ...begun, since: instant(3000) }),
      ],
    };
    open.put(record, clock.now());
    deliveries.offer([record]);
    expect(offered.splice(0)).to.deep.equal(['new 0', 'asked-for 1']);
    deliveries.resume([record]);
    expect(offered).to.deep.equal(['new 0', 'begun 1', 'asked-for 1']);
  });
});
