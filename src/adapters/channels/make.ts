import type { BaseNotifier, Channel, ChannelPolicy, UserEventsNotifier } from '../../ports/channel.js';
import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import { MessageLinks, type LinkOptions } from './message-links.js';
import type { MessageTemplate } from './message-template.js';
import { Redaction } from './redaction.js';
import { SsrfGuard } from './http/ssrf-guard.js';
import { DnsResolver } from './http/dns-resolver.js';
import type { Proxies } from './http/proxies.js';
import { RedactingNotifier, RedactingUserEvents } from './redacting-notifier.js';
import type { ChannelTools, PlanTools, Prepared } from './kind.js';
import type { Secret } from './secret.js';

/** How long a name server may take to answer, in milliseconds. */
const NAME_TIMEOUT = 3_000;

/** A configured channel: checked, not made yet. */
export interface ChannelPlan {
  readonly policy: ChannelPolicy;
  /** Addresses and ranges that it may connect to besides the usual ones. */
  readonly allowAddresses: readonly string[];
  /** PEM certificates to trust instead of the usual ones. */
  readonly ca?: string | undefined;
  /** Makes the sentence of its messages; undefined: it is the alert's own. */
  readonly template?: MessageTemplate | undefined;
  /** Secrets to redact from the outcomes of its alerts. */
  readonly secrets: readonly Secret[];
  readonly make: (tools: PlanTools) => BaseNotifier & Partial<Prepared>;
  /** Present if its policy asks for events of users. */
  readonly makeForUsers?: ((tools: ChannelTools) => UserEventsNotifier & Partial<Prepared>) | undefined;
  /** See `Channel`. */
  readonly receiver?: string | undefined;
}

interface Tools {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly proxies?: Proxies | undefined;
  /** Undefined: messages have no links. */
  readonly links?: LinkOptions | undefined;
}

/**
 * Makes the channels and loads their libraries now; at the first alert, that would hold up everything else. A channel
 * that cannot be used is a problem, with its name.
 */
export async function makeChannels(
  plans: readonly ChannelPlan[],
  { clock, logger, proxies, links }: Tools,
): Promise<{
  readonly channels: readonly Channel[];
  readonly problems: readonly { readonly channel: string; readonly problem: string }[];
}> {
  const channels: Channel[] = [];
  const problems: { channel: string; problem: string }[] = [];
  const toolsOf = ({ policy, allowAddresses, ca }: ChannelPlan): PlanTools => ({
    policy,
    clock,
    logger,
    guard: new SsrfGuard(allowAddresses),
    names: new DnsResolver({ timeout: Math.min(NAME_TIMEOUT, policy.attemptTimeout) }),
    ca,
    proxies,
    person: (name) => {
      const plan = plans.find((each) => each.policy.name === name);
      if (plan === undefined) throw new TypeError(`there is no channel ${name}`);
      const { template } = plan;
      return new RedactingNotifier(plan.make(toolsOf(plan)), new Redaction(plan.secrets), { template });
    },
  });
  for (const plan of plans) {
    const { policy, secrets, make, makeForUsers, receiver, template } = plan;
    const tools = () => toolsOf(plan);
    const redaction = new Redaction(secrets);
    const linked = links && new MessageLinks(policy.name, links, clock);
    const notifier = new RedactingNotifier(make(tools()), redaction, { links: linked, template });
    // One message at a time, on a connection of its own.
    const ofUsers = makeForUsers?.({ ...tools(), policy: { ...policy, concurrency: 1 } });
    const userEvents = ofUsers && new RedactingUserEvents(ofUsers, redaction);
    channels.push({ policy, receiver, notifier, userEvents });
    await Promise.all([notifier.prepare(), userEvents?.prepare()]).catch((error: unknown) => {
      problems.push({
        channel: policy.name,
        problem: error instanceof Error ? error.message : String(error),
      });
    });
  }
  if (problems.length > 0)
    await Promise.all(
      channels.map(({ notifier, userEvents }) => Promise.all([notifier.close(), userEvents?.close()])),
    );
  return { channels, problems };
}
