import { isPostgresUrl, parsePostgresUrl, type PostgresAddress } from './postgres/postgres-url.js';

/** Where histories are stored: below a data directory, or in a database. */
export type StoreLocation =
  | { readonly kind: 'leveldb'; readonly directory: string }
  | { readonly kind: 'postgres'; readonly address: PostgresAddress };

/**
 * Reads the URL of a database, or the path of a data directory.
 *
 * @throws InvalidPostgresUrl
 */
export function parseStoreLocation(text: string): StoreLocation {
  return isPostgresUrl(text)
    ? { kind: 'postgres', address: parsePostgresUrl(text) }
    : { kind: 'leveldb', directory: text };
}
