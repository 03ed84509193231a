import { isRecord } from '../frames.js';
import type { SentDevice } from '../link.js';
import { HeartbeatClientError, type User } from '../types.js';

/** What a tab asks of the one that has the connection. */
export type Call =
  | { readonly call: 'hello' | 'bye' }
  | { readonly call: 'probe' }
  | { readonly call: 'heal'; readonly devices: readonly SentDevice[] }
  | { readonly call: 'goodbye'; readonly device: string }
  | { readonly call: 'watch'; readonly users: readonly string[] };

export type SentCall = Call & { readonly from: string; readonly ref: number };

/** What the tab that has the connection says, to one or to all. */
type Word =
  | { readonly say: 'up' | 'down' }
  | { readonly say: 'users'; readonly users: readonly User[] }
  | {
      readonly say: 'answer';
      readonly ref: number;
      readonly users: readonly string[];
      readonly error: Plain | undefined;
    };

export type SentWord = Word & { readonly to: string | undefined };

/** An error as a message carries it. */
interface Plain {
  readonly code: string;
  readonly message: string;
  readonly status: number;
}

/** All tabs run the same code, so what has this field has the others, too. */
export function isCall(message: unknown): message is SentCall {
  return isRecord(message) && typeof message.call === 'string';
}

export function isWord(message: unknown): message is SentWord {
  return isRecord(message) && typeof message.say === 'string';
}

export function plain(error: HeartbeatClientError | undefined): Plain | undefined {
  return error && { code: error.code, message: error.message, status: error.status };
}

export function errorOf(error: Plain | undefined): HeartbeatClientError | undefined {
  return error && new HeartbeatClientError(error.code, error.message, error.status);
}
