import type { Access } from '../../domain/access.js';
import { isRecord } from '../../domain/is-record.js';

/** A body with `by`: of a person whom a proxy or a provider has identified, it is in no other name. */
export function inTheNameOf({ person }: Pick<Access, 'person'>, body: unknown): unknown {
  return person === undefined || !isRecord(body) ? body : { ...body, by: person };
}
