import { openApi } from '../../src/http/contract/document.js';
import { operationsOf } from './operations.js';
import { typesOf } from './types.js';

const FOLDER = new URL('../../src/client/api/contract/', import.meta.url);

/** The limits that no type depends on. */
const LIMITS = { batch: 10_000, page: 10_000 };

/** The files that are made from the contract, by their places. */
export function contractFiles(): readonly { readonly path: URL; readonly text: string }[] {
  const document = openApi(LIMITS);
  return [
    { path: new URL('types.ts', FOLDER), text: typesOf(document) },
    { path: new URL('operations.ts', FOLDER), text: operationsOf(document) },
  ];
}
