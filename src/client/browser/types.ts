export type Status = 'online' | 'connecting' | 'offline';

/** What an app says about a device: a JSON object of at most 1,024 bytes. */
export type Meta = Readonly<Record<string, unknown>>;

export interface Device {
  /** Null: the device without a name. */
  readonly device: string | null;
  readonly meta: Meta | null;
}

export interface User {
  readonly id: string;
  readonly status: 'online' | 'offline';
  readonly devices: readonly Device[];
}

export type UserId = string | number | bigint;

/** What has changed for a watch. */
export type Change =
  | { readonly type: 'join' | 'leave' | 'update'; readonly user: User }
  /** All users are known again. */
  | { readonly type: 'sync'; readonly users: readonly User[] };

/** Why something could not be done. */
export class HeartbeatClientError extends Error {
  override readonly name: string = 'HeartbeatClientError';
  /** Of the daemon's errors, or `HEARTBEAT_CLIENT_…`. */
  declare readonly code: string;
  /** The HTTP status that belongs to it; 0 if it does not come from the daemon. */
  declare readonly status: number;

  constructor(code: string, message: string, status = 0, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}
