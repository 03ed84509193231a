import type { Request } from 'express';
import { parseNodeName, type NodeName } from '../../domain/node-name.js';

/** The name in a path, as it was sent: what is not ASCII has to be percent-encoded. */
const NAME = /^(?:https?:\/\/[^/?#]*)?\/nodes\/([!-~]*?)(?:[/?#]|$)/;

/** @returns undefined for what cannot name a node, or is not encoded as it should be */
export function nodeNameIn({ originalUrl }: Pick<Request, 'originalUrl'>): NodeName | undefined {
  const [, encoded] = NAME.exec(originalUrl) ?? [];
  if (encoded === undefined) return undefined;
  try {
    return parseNodeName(decodeURIComponent(encoded));
  } catch {
    return undefined;
  }
}
