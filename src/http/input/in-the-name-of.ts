import type { Access } from '../../domain/access.js';

/** A body with `by`: of a person whom a proxy or a provider has identified, it is in no other name. */
export function inTheNameOf({ person }: Pick<Access, 'person'>, body: unknown): unknown {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  return person === undefined || !isObject ? body : { ...body, by: person };
}
