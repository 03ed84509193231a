import type { Request } from 'express';
import { isDeviceName, metaText, MOST_META, type DeviceHeal } from '../../domain/device.js';
import { bodyProblem, queryProblem } from '../../views/messages.js';
import { isJson } from '../input/body.js';
import { isObject, readJson } from '../input/json-body.js';
import type { Exchange } from '../server/exchange.js';

/**
 * The device of a request, by its query; undefined if there is none. Other parameters are ignored, as they always were.
 * Refuses the request if it is no device.
 *
 * @returns undefined if the request was refused
 */
export function deviceIn(exchange: Exchange, { url }: Request): { readonly device?: string } | undefined {
  const query = url.indexOf('?');
  if (query < 0) return {};
  const [device, ...more] = new URLSearchParams(url.slice(query + 1)).getAll('device');
  if (device === undefined) return {};
  if (more.length === 0 && isDeviceName(device)) return { device };
  const message = more.length > 0 ? queryProblem.repeated('device') : queryProblem.device;
  exchange.refuse('HEARTBEAT_INVALID_QUERY', { message });
  return undefined;
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
    const meta = isObject(body) ? metaOf(Reflect.get(body, 'meta')) : WRONG;
    if (meta === WRONG) {
      exchange.refuse('HEARTBEAT_INVALID_BODY', { message: bodyProblem.meta(MOST_META) });
    } else heal({ ...device, meta });
  });
}

export const WRONG = Symbol('wrong');

/** @returns the object as JSON; null if it is to be removed, undefined if it is not given */
export function metaOf(value: unknown): string | null | undefined | typeof WRONG {
  if (value === undefined || value === null) return value;
  return (isObject(value) ? metaText(value) : undefined) ?? WRONG;
}
