import { useEffect, useState } from 'preact/hooks';
import type { Api } from '../../../src/client/api/index.js';
import { useSession } from '../../daemon/context.js';
import { asError } from '../../daemon/problems.js';
import { RepeatedRead } from '../../daemon/repeated-read.js';
import { t } from '../../i18n/messages.js';

/** How often a test that is on its way is looked for: attempts that fail are no events. */
const EVERY = 2000;
/** It is among the newest tests of its channel. */
const MOST = 20;

type Outcome =
  | { readonly kind: 'idle' }
  | { readonly kind: 'sending' }
  | { readonly kind: 'queued'; readonly id: string; readonly lastError?: string }
  | { readonly kind: 'delivered' }
  | { readonly kind: 'failed'; readonly problem: string };

/** Sends a test message through a channel, and says what became of it. */
export function TestButton({ channel }: { readonly channel: string }) {
  const { client, live } = useSession();
  const [outcome, setOutcome] = useState<Outcome>({ kind: 'idle' });
  const id = outcome.kind === 'queued' ? outcome.id : undefined;

  useEffect(() => {
    if (id === undefined) return undefined;
    const reading = new RepeatedRead({
      read: (signal) => client.alerts.page({ channel, type: 'test', limit: MOST, signal }),
      done: ({ alerts }) => {
        const delivery = alerts.find((each) => each.id === id)?.channels[channel];
        if (delivery !== undefined) setOutcome(outcomeOf(id, delivery));
      },
      // It is read again, and the page says when the daemon is away.
      failed: () => undefined,
      every: EVERY,
    });
    const ignore = live.onEvent((event) => {
      if ('alert' in event && event.alert.id === id) reading.again();
    });
    return () => {
      reading.end();
      ignore();
    };
  }, [client, live, channel, id]);

  const send = (): void => {
    setOutcome({ kind: 'sending' });
    client.channels.test(channel).then(
      (queued) => setOutcome({ kind: 'queued', id: queued }),
      (error: unknown) => setOutcome({ kind: 'failed', problem: asError(error).message }),
    );
  };
  return (
    <>
      <button
        type="button"
        class="button"
        onClick={send}
        disabled={outcome.kind === 'sending'}
        aria-label={t.testOf(channel)}
      >
        {t.testChannel}
      </button>
      <p class="outcome small" role="status" data-kind={outcome.kind}>
        {sentenceOn(outcome)}
      </p>
    </>
  );
}

function outcomeOf(id: string, { state, lastError }: Api.Delivery): Outcome {
  switch (state) {
    case 'delivered':
    case 'folded':
      return { kind: 'delivered' };
    case 'dead':
    case 'cancelled':
      return { kind: 'failed', problem: `${t.testDead} ${lastError ?? ''}` };
    case 'pending':
    case 'held':
      return { kind: 'queued', id, ...(lastError !== null && { lastError }) };
  }
}

function sentenceOn(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'idle':
      return '';
    case 'sending':
      return t.testQueued;
    case 'queued':
      return outcome.lastError === undefined ? t.testQueued : t.testTriedAgain(outcome.lastError);
    case 'delivered':
      return t.testDelivered;
    case 'failed':
      return outcome.problem;
  }
}
