import type { Outcome } from './bring-over.js';
import type { Imported } from './imported-node.js';

interface Done extends Pick<Imported, 'leftOut' | 'notes'> {
  readonly outcomes: readonly Outcome[];
  readonly isDryRun: boolean;
}

const WIDTH = 'not brought'.length;

/** A line for each node, and for each thing without a counterpart. */
export function importText({ outcomes, leftOut, notes, isDryRun }: Done): string {
  const line = (what: string, text: string): string => `${what.padEnd(WIDTH)}  ${text}`;
  const ofNodes = outcomes.flatMap(({ node, outcome, changes, reason }) => {
    const { name, notes: ofNode, isPaused } = node;
    const pause = outcome === 'registered' && isPaused ? ', paused' : '';
    const more = changes.length > 0 ? `: ${changes.join(', ')}` : '';
    return [
      line(outcome, `${name}${pause}${more}${reason === undefined ? '' : `: ${reason}`}`),
      ...ofNode.map((note) => line('', `${name}: ${note}`)),
    ];
  });
  const counted = ['registered', 'changed', 'unchanged', 'refused'].map(
    (outcome) => `${outcomes.filter((each) => each.outcome === outcome).length} ${outcome}`,
  );
  return [
    ...ofNodes,
    ...leftOut.map(({ name, reason }) => line('not brought', `${name}: ${reason}`)),
    ...notes.map((note) => line('note', note)),
    `${isDryRun ? 'would be: ' : ''}${counted.join(', ')}, ${leftOut.length} not brought`,
  ]
    .map((text) => `${text}\n`)
    .join('');
}

/** With the ping URLs of the other service and the ping UUIDs here, for whoever rewrites crontabs. Both are secrets. */
export function importJson({ outcomes, leftOut, notes, isDryRun }: Done): string {
  const nodes = outcomes.map(({ node, outcome, changes, reason, pingUuid }) => ({
    name: node.name,
    outcome,
    settings: changes,
    ...(reason !== undefined && { reason }),
    paused: node.isPaused,
    notes: node.notes,
    ...(node.pingUrl !== undefined && { ping_url: node.pingUrl }),
    ...(pingUuid !== undefined && { ping_uuid: pingUuid }),
  }));
  const left = leftOut.map(({ name, reason }) => ({ name, reason }));
  return `${JSON.stringify({ dry_run: isDryRun, nodes, not_brought: left, notes }, null, 2)}\n`;
}
