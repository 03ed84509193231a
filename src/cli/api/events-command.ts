import type { Api, StreamedEvent } from '../../client/api/index.js';
import { isRecord } from '../../domain/is-record.js';
import { stringifyExactJson } from '../../domain/exact-json.js';
import { SUCCESS } from '../exit-codes.js';
import { Interrupts } from '../interrupts.js';
import { clockTime } from '../output/times.js';
import type { Screen } from '../output/screen.js';
import { printableCell } from '../output/printable.js';
import { writePart } from '../output/write.js';
import { daemonCommand } from './api-command.js';
import { asSent } from './sent-json.js';

const LONGEST_TYPE = 'alert.delivered'.length;

interface GivenFilter {
  readonly types?: string;
  readonly user?: readonly string[];
  readonly nodes?: string;
  readonly label?: readonly string[];
  readonly after?: string;
}

export const events = daemonCommand<GivenFilter>(
  {
    scope: 'read',
    description:
      'Print what changes, a line for each event, until it is stopped. The stream is opened again whenever it ends.',
    options: [
      ['--types <types>', 'only events of these types: user.online,user.offline,node.flip,…'],
      ['--user <id>', 'only events of this user; may be repeated', []],
      ['--nodes <prefix>', 'only events of nodes whose names begin with this'],
      ['--label <key:value>', 'only events of nodes with this label; may be repeated', []],
      ['--after <id>', 'continue after the event with this id'],
    ],
  },
  async ({ client }, { options, json }, { context: { stdout }, screen }) => {
    const { types, user: users, nodes, label: labels, after } = options;
    const interrupts = new Interrupts(process, () => process.exit(SUCCESS));
    const signal = interrupts.nextPhase();
    try {
      const stream = client.events({
        ...(types !== undefined && { types: typesIn(types) }),
        ...(users !== undefined && { users }),
        ...(nodes !== undefined && { nodes }),
        ...(labels !== undefined && { labels }),
        ...(after !== undefined && { after }),
        signal,
      });
      for await (const event of stream)
        await writePart(stdout, json ? jsonLine(event) : `${eventLine(event, screen)}\n`, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      interrupts.release();
    }
    return SUCCESS;
  },
);

/** An event as it was sent, with its id. */
function jsonLine(event: StreamedEvent): string {
  const sent = asSent(event);
  return `${stringifyExactJson({ id: event.id, ...(isRecord(sent) && sent) })}\n`;
}

/** The daemon says which ones there are, if one is misspelt. */
function typesIn(text: string): Types {
  const types: readonly unknown[] = text.split(',');
  // oxlint-disable-next-line typescript/consistent-type-assertions -- the daemon checks them
  return types as Types;
}

type Types = NonNullable<Api.Bodies['eventsOfMany']['types']>;

/** An event in one line: when, of what type, and what it says. */
export function eventLine(event: Api.Event, screen: Screen): string {
  const parts = [clockTime(screen, event.at), event.type, sentenceOf(event)].map(printableCell);
  if (!screen.isTerminal) return parts.join('\t');
  const [at = '', type = '', sentence = ''] = parts;
  return `${at}  ${type.padEnd(LONGEST_TYPE)}  ${sentence}`;
}

function sentenceOf(event: Api.Event): string {
  switch (event.type) {
    case 'state': {
      const { counts, nodes, users } = event;
      const online = counts === undefined ? `${users.length} users` : `${counts.users.online} users online`;
      return `${online}, ${nodes.length} nodes${event.reset === true ? '; what came before is not known any more' : ''}`;
    }
    case 'user.online':
    case 'user.offline':
    case 'user.updated':
      return event.user.id;
    case 'node.flip': {
      const { node, flip } = event;
      return `${node.name}: ${flip.from} -> ${flip.to}${flip.reason === undefined ? '' : `: ${flip.reason}`}`;
    }
    case 'alert.raised':
      return event.alert.message;
    case 'alert.delivered':
    case 'alert.dead':
    case 'alert.cancelled':
    case 'alert.folded':
      return `${event.channel}: ${event.alert.message}`;
    case 'daemon.blind':
      return `${event.blind.seconds} s (${event.blind.cause})`;
  }
}
