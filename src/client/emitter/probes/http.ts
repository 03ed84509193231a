import { request } from 'undici';

/** @param expected any 2xx if not given */
export async function probeHttp(
  url: string,
  expected: number | readonly number[] | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { statusCode, body } = await request(url, {
    signal,
    headers: { 'user-agent': 'heartbeat', connection: 'close' },
    // The probe has its own deadline.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  // The body is not read.
  body.on('error', () => undefined).destroy();
  return isExpected(statusCode, expected) ? undefined : `it answered ${statusCode}`;
}

function isExpected(status: number, expected: number | readonly number[] | undefined): boolean {
  if (expected === undefined) return status >= 200 && status < 300;
  return typeof expected === 'number' ? status === expected : expected.includes(status);
}
