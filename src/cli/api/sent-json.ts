import { ShapeReader, type Shape } from '../../client/api/shape.js';

/** What the daemon sent, by what the client made of it. */
const sent = new WeakMap<object, unknown>();

/** Reads answers as the client does, and remembers each object as it was sent: `--json` shows the API's own schema. */
export class RememberingReader<Id> extends ShapeReader<Id> {
  override read(shape: Shape, value: unknown, place?: string): unknown {
    const read = super.read(shape, value, place);
    if (typeof read === 'object' && read !== null) sent.set(read, value);
    return read;
  }
}

/** A value as the daemon sent it, also if it is within a list or an object that a command has made. */
export function asSent(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (sent.has(value)) return sent.get(value);
  if (Array.isArray(value)) return value.map(asSent);
  return Object.fromEntries(
    Object.entries(value).map(([key, each]: [string, unknown]) => [key, asSent(each)]),
  );
}
