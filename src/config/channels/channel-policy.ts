import { toMillis } from '../../domain/time.js';
import type { AlertType } from '../../domain/alert.js';
import type { ChannelPolicy, MatchRule, UserEventsPolicy, UserMatchRule } from '../../ports/channel.js';
import { didYouMean } from '../../views/did-you-mean.js';
import type { SettingProblem } from '../setting-problems.js';
import { isOfUsers, type ChannelEvent, type Common } from './common-settings.js';

/** The policy of a channel from its common settings. */
export function policyOf(name: string, kind: string, common: Common): ChannelPolicy {
  const { events, concurrency, attempt_timeout, retry, match, after, fallback } = common;
  const userEvents = userEventsOf(common);
  return {
    name,
    kind,
    events: events.filter(isOfAlerts),
    concurrency,
    attemptTimeout: toMillis(attempt_timeout),
    ...(match !== undefined && { match: match.flatMap(alertRules) }),
    ...(after > 0 && { after: toMillis(after) }),
    ...(fallback !== undefined && { fallback }),
    ...(userEvents !== undefined && { userEvents }),
    retry: {
      minDelay: toMillis(retry.min_delay),
      maxDelay: toMillis(retry.max_delay),
      giveUpAfter: toMillis(retry.give_up_after),
    },
  };
}

type Rule = NonNullable<Common['match']>[number];

function isOfAlerts(type: ChannelEvent): type is AlertType {
  return !isOfUsers(type);
}

/** The rule as it is for alerts; none if it is about users only. */
function alertRules({ types, labels, users }: Rule): MatchRule[] {
  const ofAlerts = types?.filter(isOfAlerts);
  if (users !== undefined || ofAlerts?.length === 0) return [];
  return [{ ...(ofAlerts !== undefined && { types: ofAlerts }), ...(labels !== undefined && { labels }) }];
}

/** The rule as it is for users; none if it is about alerts only. */
function userRules({ types, labels, users }: Rule): UserMatchRule[] {
  const ofUsers = types?.filter(isOfUsers);
  if (labels !== undefined || ofUsers?.length === 0) return [];
  return [{ ...(ofUsers !== undefined && { types: ofUsers }), ...(users !== undefined && { users }) }];
}

function userEventsOf({ events, match }: Pick<Common, 'events' | 'match'>): UserEventsPolicy | undefined {
  const types = events.filter(isOfUsers);
  if (types.length === 0) return undefined;
  return { types, ...(match !== undefined && { match: match.flatMap(userRules) }) };
}

/** Problems of a channel that asks for events of users. @param canSend whether its kind sends any */
export function userEventProblems(common: Common, canSend: boolean): readonly SettingProblem[] {
  const { events, match, after, fallback } = common;
  if (!canSend) {
    return events.flatMap((event, index) =>
      isOfUsers(event)
        ? [
            {
              path: ['events', index],
              problem: `must not be ${event} here: only the kinds webhook, redis and mqtt send events of users`,
            },
          ]
        : [],
    );
  }
  const problems: SettingProblem[] = [];
  const rules = match?.flatMap(userRules);
  const unmatched = events.find(
    (event) => isOfUsers(event) && rules?.some(({ types }) => types?.includes(event) ?? true) === false,
  );
  if (unmatched !== undefined) {
    const problem = `must have a rule for ${unmatched}, which events names: add { types: [${unmatched}] } for all users, or { users: … }`;
    problems.push({ path: ['match'], problem });
  }
  const hasAlerts = events.some(isOfAlerts);
  if (hasAlerts && match !== undefined && match.flatMap(alertRules).length === 0) {
    const problem = 'must have a rule for alerts, which events names: add one with types or labels';
    problems.push({ path: ['match'], problem });
  }
  if (hasAlerts || events.length === 0) return problems;
  for (const [name, isSet] of [
    ['after', after > 0],
    ['fallback', fallback !== undefined],
  ] as const) {
    const problem = 'must not be set here: it is for alerts, and events names none';
    if (isSet) problems.push({ path: [name], problem });
  }
  return problems;
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
    const isCycle = chain.includes(next);
    chain.push(next);
    if (isCycle) break;
  }
  return chain;
}
