/** A response. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export async function call(
  url: string,
  method: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url + path, { method, headers });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

export const heal = (url: string, user: number | string): Promise<Answer> =>
  call(url, 'PUT', `/heal/${user}`);
export const goodbye = (url: string, user: number | string): Promise<Answer> =>
  call(url, 'DELETE', `/heal/${user}`);

/** @throws Error for every answer but a checkup: a refusal does not mean that the user is offline */
export async function isOnline(url: string, user: number | string): Promise<boolean> {
  const { status, body } = await call(url, 'GET', `/checkup/${user}`);
  if (status !== 200) throw new Error(`a checkup of user ${user} was answered ${status}: ${body}`);
  return (JSON.parse(body) as { status: string }).status === 'online';
}

export interface ShownSession {
  readonly online_at: number;
  readonly offline_at: number;
}

export async function history(url: string, user: number | string): Promise<ShownSession[]> {
  const { body } = await call(url, 'GET', `/heart_rhythm/${user}`);
  return (JSON.parse(body) as { history: ShownSession[] }).history;
}

/** The part of `GET /supervision` that tests read. */
export interface Supervision {
  readonly status: string;
  readonly users: { readonly online: number };
  readonly nodes: { readonly registered: number; readonly active: number; readonly failed: number };
  readonly store: {
    readonly state: string;
    readonly waiting: number;
    readonly commits: number;
    readonly sessions_stored: number;
  };
  readonly blind_intervals: readonly {
    readonly from: number;
    readonly to: number;
    readonly seconds: number;
    readonly cause: string;
  }[];
  readonly dead_letters: { readonly total: number };
  readonly process: {
    readonly pid: number;
    readonly event_loop_delay_ms: { readonly p50: number; readonly p99: number; readonly max: number };
  };
  readonly tree: object;
}

export async function supervision(url: string): Promise<Supervision> {
  return JSON.parse((await call(url, 'GET', '/supervision')).body) as Supervision;
}
