import { hash } from 'node:crypto';
import { parseNodeName, type NodeName } from '../../domain/node-name.js';
import { KIND } from './format.js';

/*
 * | key                        | value           |
 * |----------------------------|-----------------|
 * | PING_UUID, SHA-256 of uuid | the node's name |
 *
 * Of the hash the first 16 bytes: whoever reads a key in a log learns no UUID.
 */
const { PING_UUID } = KIND;
const HASHED = 16;

/** @param uuid in its canonical form */
export function pingUuidKey(uuid: string): Buffer {
  return Buffer.concat([Buffer.of(PING_UUID), hash('sha256', uuid, 'buffer').subarray(0, HASHED)]);
}

/** @throws TypeError if it is not a name */
export function nodeOfPingFrom(value: Buffer): NodeName {
  const name = parseNodeName(value.toString());
  if (name === undefined) throw new TypeError('a ping UUID belongs to no node');
  return name;
}
