import { ALERT_TYPES, isEnd, type AlertType } from '../../domain/alert.js';
import type { AlertMessage } from '../../ports/channel.js';
import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import type { MessagePreview } from '../../ports/message-preview.js';
import { DnsResolver } from './http/dns-resolver.js';
import type { Outlet } from './kind.js';
import type { ChannelPlan } from './make.js';
import { MessageLinks, type LinkOptions } from './message-links.js';
import { RedactingNotifier } from './redacting-notifier.js';
import { Redaction } from './redaction.js';
import { SAMPLE_ALERTS, SAMPLE_GROUP } from './sample-alerts.js';

/** Shorter secrets of other channels are not redacted: they may be part of any word. */
const SHORTEST_SECRET = 8;
/** Permits no address: a preview connects to nothing. */
const CLOSED = { permits: () => false };
/** In place of a token. */
const UNSIGNED = { sign: () => '(signed)', read: () => undefined };

/** Where the links of messages lead. */
interface PreviewedLinks {
  /** Null: messages have no links. */
  readonly publicUrl: string | null;
  /** Whether messages have links that act. */
  readonly areSigned: boolean;
}

/**
 * What the channel of a name would send of an alert of each type that it gets, without secrets. Nothing is sent.
 *
 * @param plans all channels
 * @returns undefined if none has the name
 */
export async function previewOf(
  name: string,
  plans: readonly ChannelPlan[],
  links: PreviewedLinks,
  clock: Clock,
): Promise<{ readonly kind: string; readonly previews: readonly MessagePreview[] } | undefined> {
  const plan = plans.find(({ policy }) => policy.name === name);
  if (plan === undefined) return undefined;
  return { kind: plan.policy.kind, previews: await previewsOf(plan, plans, linksOf(links), clock) };
}

/**
 * What a channel would send.
 *
 * @param plans all channels: a rota sends through others
 * @param links with a signer that signs nothing
 */
export async function previewsOf(
  plan: ChannelPlan,
  plans: readonly ChannelPlan[],
  links: LinkOptions | undefined,
  clock: Clock,
): Promise<readonly MessagePreview[]> {
  const { policy, template, secrets } = plan;
  let sent: (string | object)[] = [];
  const outlet: Outlet = (each) => {
    sent.push(each);
  };
  const made = (each: ChannelPlan): ReturnType<ChannelPlan['make']> =>
    each.make({
      policy: each.policy,
      clock: withoutTimers(clock),
      logger: loggerTo(outlet),
      guard: CLOSED,
      names: new DnsResolver({ timeout: 1 }),
      ca: each.ca,
      outlet,
      person: (name) => {
        const person = plans.find((other) => other.policy.name === name);
        if (person === undefined) throw new TypeError(`there is no channel ${name}`);
        const own = new Redaction(person.secrets);
        return new RedactingNotifier(made(person), own, { template: person.template });
      },
    });
  const redaction = new Redaction(secrets);
  // A rota sends through others.
  const ofOthers = new Redaction(
    plans.flatMap((each) => each.secrets),
    SHORTEST_SECRET,
  );
  const linked = links && new MessageLinks(policy.name, links, clock);
  const wrapped = new RedactingNotifier(made(plan), redaction, { links: linked, template });
  const previews: MessagePreview[] = [];
  for (const [alert, message] of samplesFor(plan)) {
    sent = [];
    await wrapped.notify(message, { signal: new AbortController().signal, attempt: 1 });
    previews.push({ alert, sent: sent.map((each) => shown(each, [redaction, ofOthers])) });
  }
  await wrapped.close();
  return previews;
}

function linksOf({ publicUrl, areSigned }: PreviewedLinks): LinkOptions | undefined {
  return publicUrl === null ? undefined : { publicUrl, signer: areSigned ? UNSIGNED : undefined };
}

/** The types that it gets; a recovery brings the ends with it, and a test comes when it is asked for. */
function samplesFor({
  policy: { events },
}: ChannelPlan): readonly (readonly [MessagePreview['alert'], AlertMessage])[] {
  const isSent = (type: AlertType): boolean =>
    type === 'test' || events.includes(type) || (isEnd(type) && events.includes('node.recovered'));
  const single = ALERT_TYPES.filter(isSent).map((type) => [type, SAMPLE_ALERTS[type]] as const);
  return events.includes('node.failed') ? [...single, ['a message about many nodes', SAMPLE_GROUP]] : single;
}

/** JSON as such, so that it can be read. */
function shown(sent: string | object, redactions: readonly Redaction[]): unknown {
  const whole = typeof sent === 'string' ? sent : JSON.stringify(sent);
  const text = redactions.reduce((rest, redaction) => redaction.conceal(rest), whole);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** For the log, whose lines are what it sends. */
function loggerTo(outlet: (sent: object) => void): Logger {
  const write = (event: string, fields: object = {}): void => outlet({ message: event, ...fields });
  return { error: write, warn: write, info: write, debug: () => undefined };
}

/** Nothing is repeated after a preview. */
function withoutTimers(clock: Clock): Clock {
  const never = () => () => undefined;
  return {
    now: () => clock.now(),
    wall: () => clock.wall(),
    after: never,
    afterReading: never,
    isAccepting: false,
    soon: () => undefined,
  };
}
