import { call } from './calls.js';

/** An alert as `GET /alerts` shows it. */
export interface ShownAlert {
  readonly id: string;
  readonly type: string;
  readonly at_ms: number;
  readonly node: string | null;
  readonly channels: Readonly<
    Record<string, { readonly state: string; readonly attempts: number; readonly last_error: string | null }>
  >;
}

/** All alerts, newest first. */
export async function allAlerts(url: string, query = ''): Promise<ShownAlert[]> {
  const all: ShownAlert[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { body } = await call(
      url,
      'GET',
      `/alerts?limit=100${query}${cursor === '' ? '' : `&cursor=${cursor}`}`,
    );
    const page = JSON.parse(body) as { alerts: ShownAlert[]; next_cursor: string | null };
    all.push(...page.alerts);
    cursor = page.next_cursor;
  }
  return all;
}

export interface ShownFlip {
  readonly from: string;
  readonly to: string;
}

export async function flipsOf(url: string, node: string): Promise<ShownFlip[]> {
  const { body } = await call(url, 'GET', `/nodes/${node}/flips?limit=1000`);
  return (JSON.parse(body) as { flips: ShownFlip[] }).flips;
}
