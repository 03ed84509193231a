import { isRecord } from '../../domain/is-record.js';
import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import { didYouMean } from '../../views/did-you-mean.js';
import { isDeviceName, metaText, MOST_META, type DeviceHeal } from '../../domain/device.js';
import { bodyProblem, queryProblem } from '../../views/messages.js';
import { isJson } from '../input/body.js';
import { readJson } from '../input/json-body.js';
import type { Exchange } from '../server/exchange.js';

/**
 * The device of a request, by its query; undefined if there is none. Other parameters are ignored, as they always were,
 * unless they look like `device` mistyped: a goodbye would end all devices of the user.
 *
 * @returns undefined if the request was refused
 */
export function deviceIn(exchange: Exchange, { url }: Request): { readonly device?: string } | undefined {
  const query = url.indexOf('?');
  if (query < 0) return {};
  const given = new URLSearchParams(url.slice(query + 1));
  const [device, ...more] = given.getAll('device');
  const message =
    more.length > 0
      ? queryProblem.repeated('device')
      : device !== undefined && !isDeviceName(device)
        ? queryProblem.device
        : mistyped(given.keys());
  if (message !== undefined) {
    exchange.refuse('HEARTBEAT_INVALID_QUERY', { message });
    return undefined;
  }
  return device === undefined ? {} : { device };
}

function mistyped(names: Iterable<string>): string | undefined {
  for (const name of names) {
    const hint = name === 'device' ? '' : didYouMean(name, ['device']);
    if (hint !== '') return `${queryProblem.unknown(name)}${hint}`;
  }
  return undefined;
}

/** A batch names its devices in its entries. @returns whether the request was refused */
export function refusesDeviceOfBatch(exchange: Exchange, { url = '' }: IncomingMessage): boolean {
  const query = url.indexOf('?');
  if (query < 0) return false;
  const given = new URLSearchParams(url.slice(query + 1));
  const message = given.has('device') ? queryProblem.deviceOfBatch : mistyped(given.keys());
  if (message === undefined) return false;
  exchange.refuse('HEARTBEAT_INVALID_QUERY', { message });
  return true;
}

/** Reads the device and its meta; a body of another type than JSON was dropped. Refuses the request if one is wrong. */
export function readDeviceHeal(
  exchange: Exchange,
  request: Request,
  limit: number,
  heal: (device: DeviceHeal) => void,
): void {
  const device = deviceIn(exchange, request);
  if (device === undefined) return;
  if (!isJson(request.headers)) {
    heal(device);
    return;
  }
  readJson(exchange, request, limit, (body) => {
    const meta = isRecord(body) ? metaOf(Reflect.get(body, 'meta')) : WRONG;
    if (meta === WRONG) {
      const message = isRecord(body) ? bodyProblem.meta(MOST_META) : bodyProblem.heal;
      exchange.refuse('HEARTBEAT_INVALID_BODY', { message });
    } else heal({ ...device, meta });
  });
}

export const WRONG = Symbol('wrong');

/** @returns the object as JSON; null if it is to be removed, undefined if it is not given */
export function metaOf(value: unknown): string | null | undefined | typeof WRONG {
  if (value === undefined || value === null) return value;
  return (isRecord(value) ? metaText(value) : undefined) ?? WRONG;
}
