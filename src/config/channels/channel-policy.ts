import { toMillis } from '../../domain/time.js';
import type { ChannelPolicy, MatchRule } from '../../ports/channel.js';
import { didYouMean } from '../../views/did-you-mean.js';
import type { Common } from './common-settings.js';

/** The policy of a channel from its common settings. */
export function policyOf(name: string, kind: string, common: Common): ChannelPolicy {
  const { events, concurrency, attempt_timeout, retry, match, after, fallback } = common;
  return {
    name,
    kind,
    events,
    concurrency,
    attemptTimeout: toMillis(attempt_timeout),
    ...(match !== undefined && { match: match.map(ruleOf) }),
    ...(after > 0 && { after: toMillis(after) }),
    ...(fallback !== undefined && { fallback }),
    retry: {
      minDelay: toMillis(retry.min_delay),
      maxDelay: toMillis(retry.max_delay),
      giveUpAfter: toMillis(retry.give_up_after),
    },
  };
}

function ruleOf({ types, labels }: NonNullable<Common['match']>[number]): MatchRule {
  return { ...(types !== undefined && { types }), ...(labels !== undefined && { labels }) };
}

/**
 * The problem with a channel's fallback, if any.
 *
 * @param fallbacks of all channels, by name
 */
export function fallbackProblem(
  { name, fallback }: Pick<ChannelPolicy, 'name' | 'fallback'>,
  fallbacks: ReadonlyMap<string, unknown>,
): string | undefined {
  if (fallback === undefined) return undefined;
  if (fallback === name) return 'must be the name of another channel';
  if (!fallbacks.has(fallback)) {
    const others = [...fallbacks.keys()].filter((other) => other !== name);
    return `must be the name of another channel${didYouMean(fallback, others)}`;
  }
  const chain = chainFrom(name, fallbacks);
  if (chain.at(-1) !== name) return undefined;
  return `must not form a cycle: ${chain.join(' -> ')}`;
}

/** The channel, its fallback, the fallback's fallback and so on, until there is none or one repeats. */
function chainFrom(name: string, fallbacks: ReadonlyMap<string, unknown>): readonly string[] {
  const chain = [name];
  for (let next = fallbacks.get(name); typeof next === 'string'; next = fallbacks.get(next)) {
    const isCircle = chain.includes(next);
    chain.push(next);
    if (isCircle) break;
  }
  return chain;
}
