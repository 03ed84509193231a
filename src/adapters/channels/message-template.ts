import mustache from 'mustache';
import type { AlertMessage } from '../../ports/channel.js';
import { shortened, utc } from './alert-text.js';
import { SAMPLE_ALERTS, SAMPLE_GROUP } from './sample-alerts.js';

/** Nodes and names that a list has: nobody reads more, and a template takes time for each. */
const LISTED = 100;
/** The most characters of a sentence. A channel cuts it further, to what its provider takes. */
const LONGEST = 10_000;

/** What a name stands for: a text or number, a map of labels, or a list or node with names of its own. */
type Shape = 'value' | 'labels' | { readonly list: Names } | { readonly one: Names };
type Names = Readonly<Record<string, Shape>>;

const IN_LIST: Names = {
  name: 'value',
  state: 'value',
  time: 'value',
  labels: 'labels',
  deleted: 'value',
};
const NODE: Names = {
  name: 'value',
  state: 'value',
  retries: 'value',
  last_heartbeat: 'value',
  labels: 'labels',
};
const ALERT: Names = {
  id: 'value',
  type: 'value',
  at: 'value',
  time: 'value',
  message: 'value',
  blind_seconds: 'value',
  reason: 'value',
  reminder: 'value',
  count: 'value',
  more: 'value',
  node: { one: NODE },
  nodes: { list: IN_LIST },
  sample: { list: {} },
};

type Token = readonly [kind: string, name: string, from: number, to: number, ...inside: unknown[]];

/**
 * A template of Mustache for the sentence of a message. It computes nothing, and sees nothing but the fields of the
 * alert: no function, and no prototype. See decision 201.
 */
export class MessageTemplate {
  readonly #template: string;

  /** @throws Error that says what is wrong with the template; its message begins with "must" */
  constructor(template: string) {
    this.#template = template;
    check(tokensOf(template), [ALERT], false);
    for (const alert of [...Object.values(SAMPLE_ALERTS), SAMPLE_GROUP]) {
      const what = alert.nodes === undefined ? alert.type : 'a message about many nodes';
      if (this.#render(alert) === '')
        throw new Error(`must make a text of every alert: there is none of ${what}`);
    }
  }

  /** The alert with this sentence in place of its own. */
  inAlert(alert: AlertMessage): AlertMessage {
    const text = this.#render(alert);
    return text === '' ? alert : { ...alert, message: text };
  }

  #render(alert: AlertMessage): string {
    // Not as HTML: each channel escapes for its provider.
    const text = mustache.render(this.#template, viewOf(alert), undefined, { escape: String });
    return shortened(text.trim(), LONGEST);
  }
}

function tokensOf(template: string): readonly Token[] {
  try {
    return mustache.parse(template);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`must be a template of Mustache: ${why}`, { cause: error });
  }
}

/** @param scopes the names that are known, innermost last, as Mustache looks for them */
function check(tokens: readonly Token[], scopes: readonly Names[], isInList: boolean): void {
  for (const [kind, name, , , inside] of tokens) {
    if (kind === 'text' || kind === '!' || kind === '=') continue;
    if (kind === '>') throw new Error(`must have no partial: {{>${name}}} would be nothing`);
    const shape = shapeOf(name, scopes);
    if (shape === undefined) throw new Error(`must name what an alert has, and not {{${name}}}`);
    const isSection = kind === '#' || kind === '^';
    if (!isSection) {
      if (shape !== 'value')
        throw new Error(`must have {{#${name}}} … {{/${name}}}, since {{${name}}} is no text`);
      continue;
    }
    const isList = kind === '#' && typeof shape === 'object' && 'list' in shape;
    // Each list within another multiplies the time.
    if (isList && isInList) throw new Error(`must have no list within a list, as {{#${name}}} is`);
    check(inside as readonly Token[], [...scopes, ...namesIn(kind, shape)], isInList || isList);
  }
}

function namesIn(kind: string, shape: Shape): readonly Names[] {
  if (kind !== '#' || typeof shape !== 'object') return [];
  return ['list' in shape ? shape.list : shape.one];
}

function shapeOf(name: string, scopes: readonly Names[]): Shape | undefined {
  // Of a list of names, each is a text by itself.
  if (name === '.') return Object.keys(scopes.at(-1) ?? ALERT).length === 0 ? 'value' : undefined;
  const [first = '', ...rest] = name.split('.');
  const scope = scopes.findLast((each) => Object.hasOwn(each, first));
  return rest.reduce<Shape | undefined>((shape, part) => {
    if (shape === 'labels') return 'value';
    if (typeof shape !== 'object' || !('one' in shape)) return undefined;
    return Object.hasOwn(shape.one, part) ? shape.one[part] : undefined;
  }, scope?.[first]);
}

/** The fields that a template may show, in objects and lists without a prototype. */
function viewOf(alert: AlertMessage): object {
  const { id, type, at, message, blind_seconds, reason, reminder, count, sample, node, nodes } = alert;
  return bare({
    id,
    type,
    at,
    time: utc(at),
    message,
    blind_seconds,
    reason,
    reminder,
    count: count ?? nodes?.length,
    more: nodes === undefined || nodes.length <= LISTED ? undefined : nodes.length - LISTED,
    node: node && bare({ ...node, labels: bare(node.labels) }),
    nodes: nodes && list(nodes, (each) => bare({ ...each, time: utc(each.at), labels: bare(each.labels) })),
    sample: sample && list(sample, (name) => name),
  });
}

function bare(fields: object): object {
  return Object.assign(Object.create(null), fields) as object;
}

function list<Item>(items: readonly Item[], shown: (item: Item) => unknown): readonly unknown[] {
  const shownItems = items.slice(0, LISTED).map(shown);
  Object.setPrototypeOf(shownItems, null);
  return shownItems;
}
