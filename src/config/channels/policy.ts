import { millis } from '../../domain/time.js';
import type { ChannelPolicy, MatchRule } from '../../ports/channel.js';
import { didYouMean } from '../nearest.js';
import type { Common } from './common.js';

/** How a channel is used, by the settings that every channel has. */
export function policyOf(name: string, kind: string, common: Common): ChannelPolicy {
  const { events, concurrency, attempt_timeout, retry, match, after, fallback } = common;
  return {
    name,
    kind,
    events,
    concurrency,
    attemptTimeout: millis(attempt_timeout),
    ...(match !== undefined && { match: match.map(ruleOf) }),
    ...(after > 0 && { after: millis(after) }),
    ...(fallback !== undefined && { fallback }),
    retry: {
      minDelay: millis(retry.min_delay),
      maxDelay: millis(retry.max_delay),
      giveUpAfter: millis(retry.give_up_after),
    },
  };
}

function ruleOf({ types, labels }: NonNullable<Common['match']>[number]): MatchRule {
  return { ...(types !== undefined && { types }), ...(labels !== undefined && { labels }) };
}

/** @returns what is wrong with the channel that one falls back to, by its name */
export function fallbackProblem(
  { name, fallback }: Pick<ChannelPolicy, 'name' | 'fallback'>,
  names: readonly string[],
): string | undefined {
  if (fallback === undefined) return undefined;
  if (fallback === name) return 'must be the name of another channel';
  if (names.includes(fallback)) return undefined;
  const others = names.filter((other) => other !== name);
  return `must be the name of another channel${didYouMean(fallback, others)}`;
}
