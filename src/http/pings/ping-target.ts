import { isUuid, type Ping } from '../../domain/ping.js';
import { inOriginForm, segmentsOf } from '../route-table.js';

/** What the path of a ping says, by the rules of healthchecks' handler (see `ping-routes.ts`). */
export type PingTarget = PingSaid &
  (
    | { readonly by: 'uuid'; readonly uuid: string }
    | { readonly by: 'slug'; readonly key: string; readonly slug: string }
  );

/** An exit status above 255 is refused once the node is found. */
interface PingSaid {
  readonly says: Pick<Ping, 'kind' | 'exitStatus'> | 'wrong status';
}

const SLUG = /^[\w-]+$/;
const STATUS = /^[0-9]+$/;
const MOST_STATUS = 255;

/** @returns undefined if it is no path of a ping */
export function pingTargetOf(url: string): PingTarget | undefined {
  const [, first = '', second, third, ...rest] = segmentsOf(url);
  if (rest.length > 0 || first === '') return undefined;
  const said = saidBy(second);
  if (isUuid(first) && third === undefined && said !== undefined)
    return { by: 'uuid', uuid: first, says: said };
  const says = saidBy(third);
  if (second === undefined || says === undefined || !SLUG.test(first) || !SLUG.test(second)) return undefined;
  return { by: 'slug', key: first, slug: second, says };
}

function saidBy(word: string | undefined): PingSaid['says'] | undefined {
  if (word === undefined) return { kind: 'success' };
  if (word === 'start' || word === 'fail' || word === 'log') return { kind: word };
  if (!STATUS.test(word)) return undefined;
  const exitStatus = Number(word);
  return exitStatus > MOST_STATUS ? 'wrong status' : { kind: 'exit', exitStatus };
}

/** The UUID or the key. */
const SECRET = /^\/+ping\/+[^/?#]+/i;

/** Whether a target is below `/ping`, where the path holds a secret. */
export function isPing(target = ''): boolean {
  return inOriginForm(target).startsWith('/ping/');
}

/** A target for a log: without the UUID or the key of a ping. */
export function withoutPingSecret(target: string): string {
  return inOriginForm(target).replace(SECRET, '/ping/(redacted)');
}
