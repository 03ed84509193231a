import { KeyObject } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Secret } from '../adapters/channels/secret.js';

/** Whether two values are the same, with the secrets and keys within them, which `isDeepStrictEqual` does not see. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one instanceof Secret) return other instanceof Secret && one.reveal() === other.reveal();
  if (one instanceof KeyObject) return other instanceof KeyObject && one.equals(other);
  if (Array.isArray(one))
    return (
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((member, index) => isSame(member, other[index]))
    );
  if (one instanceof Map)
    return (
      other instanceof Map &&
      one.size === other.size &&
      [...one].every(([name, member]) => other.has(name) && isSame(member, other.get(name)))
    );
  if (!isPlain(one)) return isDeepStrictEqual(one, other);
  const members = Object.entries(one);
  return (
    isPlain(other) &&
    members.length === Object.keys(other).length &&
    members.every(([name, member]) => Object.hasOwn(other, name) && isSame(member, Reflect.get(other, name)))
  );
}

/** Every secret within a value, for redaction. A public key is none. */
export function secretsWithin(value: unknown): readonly Secret[] {
  if (value instanceof Secret) return [value];
  if (value instanceof KeyObject)
    return value.type === 'secret' ? [new Secret(value.export().toString())] : [];
  return membersOf(value).flatMap(secretsWithin);
}

function membersOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (value instanceof Map) return [...value.values()];
  return isPlain(value) ? Object.values(value) : [];
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
