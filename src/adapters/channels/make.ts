import type { BaseNotifier, Channel, ChannelPolicy } from '../../ports/channel.js';
import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import { Concealment } from './concealment.js';
import { CustomNotifier } from './custom/custom.js';
import { AddressGuard } from './http/address-guard.js';
import { Names } from './http/names.js';
import { DiscreetNotifier } from './discreet.js';
import type { ChannelTools } from './kind.js';
import type { Secret } from './secret.js';

/** How long a name server may take to answer, in milliseconds. */
const NAME_TIMEOUT = 3_000;

/** A channel as it is configured: checked, and not made yet. */
export interface ChannelPlan {
  readonly policy: ChannelPolicy;
  /** Addresses and ranges that names may stand for, beside those that anybody may. */
  readonly allowAddresses: readonly string[];
  /** What nobody is to read in what becomes of an alert, whoever says it. */
  readonly secrets: readonly Secret[];
  readonly make: (tools: ChannelTools) => BaseNotifier;
}

/** Makes the channels. A module that cannot be used is a problem, by the name of its channel. */
export async function makeChannels(
  plans: readonly ChannelPlan[],
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Promise<{
  readonly channels: readonly Channel[];
  readonly problems: readonly { readonly channel: string; readonly problem: string }[];
}> {
  const channels: Channel[] = [];
  const problems: { channel: string; problem: string }[] = [];
  for (const { policy, allowAddresses, secrets, make } of plans) {
    const concealment = new Concealment(secrets);
    const notifier = make({
      policy,
      clock,
      logger,
      guard: new AddressGuard(allowAddresses),
      names: new Names({ timeout: Math.min(NAME_TIMEOUT, policy.attemptTimeout) }),
    });
    channels.push({ policy, notifier: new DiscreetNotifier(notifier, concealment) });
    if (!(notifier instanceof CustomNotifier)) continue;
    await notifier.start().catch((error: unknown) => {
      problems.push({
        channel: policy.name,
        problem: concealment.concealError(error).message,
      });
    });
  }
  if (problems.length > 0) await Promise.all(channels.map(({ notifier }) => notifier.close()));
  return { channels, problems };
}
