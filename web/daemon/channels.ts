import { daemonStateOf, dateIn, fieldsIn, numberIn, textIn, type SupervisedChild } from './supervision.js';
import type { Api } from '../../src/client/api/index.js';
import { useQuery, useSession } from './context.js';

/** Channels come and go with the configuration. */
const EVERY = 60_000;

/** A channel, as the supervision tree shows it. Counts are of this run of the daemon. */
export interface ChannelState {
  readonly name: string;
  readonly kind: string | undefined;
  readonly isRunning: boolean;
  /** Alerts that it still has to deliver. */
  readonly waiting: number;
  readonly delivered: number;
  readonly failedAttempts: number;
  readonly dead: number;
  /** Of the last attempt that failed. */
  readonly lastError: { readonly at: Date | undefined; readonly error: string } | undefined;
  /** Seconds until it tries again, after failures in a row; 0 if it does not rest. */
  readonly resting: number;
}

/** The channels that alerts go through, in the order of the configuration. */
export function channelsIn(answer: Api.Answers['supervision']): readonly ChannelState[] {
  const supervisor = childAt(daemonStateOf(answer).tree, 'notifier')?.children.find(
    ({ name }) => name === 'channel',
  );
  return (supervisor?.children ?? []).map(stateOf);
}

/** The names of all channels. @param isWanted with false, nothing is read, and there are none */
export function useChannelNames(isWanted = true): readonly string[] | undefined {
  const { client } = useSession();
  return useQuery(
    `names of channels ${isWanted}`,
    async (signal) =>
      isWanted ? channelsIn(await client.supervision({ signal })).map(({ name }) => name) : [],
    { ...(isWanted && { every: EVERY }) },
  ).value;
}

/** With several partitions, the notifier is below one of them. */
function childAt(child: SupervisedChild, name: string): SupervisedChild | undefined {
  if (child.name === name) return child;
  for (const each of child.children) {
    const found = childAt(each, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function stateOf({ name, status, fields }: SupervisedChild): ChannelState {
  const failure = fieldsIn(fields['last_error']);
  const error = textIn(failure['error']);
  return {
    name,
    kind: textIn(fields['kind']),
    isRunning: status === 'running',
    waiting: numberIn(fields['waiting']) ?? 0,
    delivered: numberIn(fields['delivered']) ?? 0,
    failedAttempts: numberIn(fields['failed_attempts']) ?? 0,
    dead: numberIn(fields['dead']) ?? 0,
    lastError: error === undefined ? undefined : { at: dateIn(failure['at']), error },
    resting: numberIn(fields['resting']) ?? 0,
  };
}
