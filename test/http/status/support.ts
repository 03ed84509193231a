import type { StatusPage } from '../../../src/domain/status-page.js';
import type { Answer } from '../support/gateway-under-test.js';
import type { DaemonOverHttp } from '../nodes/support.js';

/** A page with two groups. */
export const PAGE: StatusPage = {
  slug: 'web',
  title: 'Example & Sons',
  logo: undefined,
  website: undefined,
  timeZone: 'UTC',
  groups: [
    { title: 'Website', labels: { team: 'web' } },
    { title: 'Payments', labels: { team: 'pay', env: 'prod' } },
  ],
};

export const PUBLIC_URL = 'https://status.example.org';

/** Adds a node with labels. It fails with the first missed heartbeat, which is not due for long. */
export async function addNode(
  served: DaemonOverHttp,
  name: string,
  labels: Readonly<Record<string, string>>,
  headers: Record<string, string> = {},
): Promise<void> {
  const path = `/nodes/${encodeURIComponent(name)}`;
  const { status, text } = await served.call(
    'PUT',
    path,
    { timeout: 1_000_000, max_retries: 0, labels },
    headers,
  );
  if (status !== 200 && status !== 201) throw new Error(text);
}

/** After what is remembered of the states of nodes. */
export const later = (served: DaemonOverHttp): Promise<void> => served.daemon.clock.advance(10_000);

/** The state of each group of a page, by its title. */
export function statesIn({ text }: Pick<Answer, 'text'>): Record<string, string> {
  const found = text.matchAll(
    /<h3>([^<]*)<\/h3>\s*<span class="state"><svg class="shape" data-state="([a-z]+)"/g,
  );
  return Object.fromEntries(Array.from(found, ([, title = '', state = '']) => [title, state]));
}

/** What the page says about everything. */
export function overallIn({ text }: Pick<Answer, 'text'>): string {
  return /class="card overall" data-state="([a-z]+)"/.exec(text)?.[1] ?? '';
}
