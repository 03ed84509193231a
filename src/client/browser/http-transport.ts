import type { Environment, HttpAnswer } from './environment.js';
import { isPassing, parseFrame, readJson, refusalIn } from './frames.js';
import { pathOf, request } from './request.js';
import type { SentDevice, SentFrame, Transport, TransportEvents } from './transport.js';
import { HeartbeatClientError } from './types.js';
import { SILENCE, USUAL_TIMEOUT } from './limits.js';

/** The same as a socket, by HTTP: a heal for each device at each beat, and a stream of events. */
export function openHttp(env: Environment, url: string, events: TransportEvents): Transport {
  const devices = new Map<string, SentDevice>();
  const users = new Set<string>();
  const ending = new AbortController();
  /** Frames that are answered once the stream has sent its state, or is refused. */
  const watching: Extract<SentFrame, { readonly users: unknown }>[] = [];
  let stream: AbortController | undefined;
  let token: string | undefined;
  let hasTimeout = false;

  env.after(0, events.opened);

  /** @returns whether it is answered later */
  async function handle(frame: SentFrame): Promise<unknown> {
    switch (frame.type) {
      case 'auth':
        token = frame.token;
        return;
      case 'heal': {
        const [device] = frame.devices;
        devices.set(device.device, device);
        return heal(device);
      }
      case 'beat':
        // Whoever opens another transport learns which device is refused.
        await Promise.all([...devices.values()].map(heal)).catch(() => end());
        return;
      case 'goodbye': {
        const [device] = frame.devices;
        devices.delete(device.device);
        await call('DELETE', pathOf(device));
        return;
      }
      case 'watch':
        for (const user of frame.users) users.add(user);
        watching.push(frame);
        openStream();
        return true;
      case 'unwatch':
        for (const user of frame.users) users.delete(user);
        openStream();
        return;
    }
  }

  function reply({ ref }: Pick<SentFrame, 'ref'>, error?: HeartbeatClientError): void {
    events.received(
      error
        ? { type: 'error', ref, code: error.code, error: error.message, status: error.status }
        : { type: 'ok', ref },
    );
  }

  async function heal(device: SentDevice): Promise<void> {
    await call('PUT', pathOf(device), { meta: device.meta }).catch((error: unknown) => {
      // It is not sent again at each beat.
      if (devices.get(device.device) === device) devices.delete(device.device);
      throw error;
    });
    if (hasTimeout) return;
    hasTimeout = true;
    const seconds = await sessionTimeout(device.id).catch(() => undefined);
    events.received({ type: 'timeout', seconds: seconds ?? USUAL_TIMEOUT });
  }

  async function sessionTimeout(user: string): Promise<number | undefined> {
    const answer = await call('POST', '/checkup?fields=devices', [user]);
    return readJson(await answer.text(), ({ results: [checked] }) => {
      const [{ deadline, last_seen: seen }] = checked.devices;
      const timeout = deadline - seen;
      // Both are rounded down.
      return timeout >= 0 ? timeout || 0.5 : undefined;
    });
  }

  /** Opens a stream for all users. Its state has what happened since the one before. */
  function openStream(): void {
    stream?.abort();
    const { signal } = (stream = new AbortController());
    if (users.size === 0) replyAll();
    else
      read(signal).catch((error: unknown) => {
        if (signal.aborted) return;
        if (!(error instanceof HeartbeatClientError) || watching.length === 0) return end();
        replyAll(error);
        // The others are watched on.
        openStream();
      });
  }

  function replyAll(error?: HeartbeatClientError): void {
    for (const frame of watching.splice(0)) {
      if (error) for (const user of frame.users) users.delete(user);
      reply(frame, error);
    }
  }

  async function read(signal: AbortSignal): Promise<void> {
    const { body } = await call('POST', '/events', { users: [...users] }, signal);
    const reader = body?.getReader();
    const decoder = new TextDecoder();
    for (let text = ''; ;) {
      const cancel = env.after(SILENCE, end);
      const chunk = await reader?.read().finally(cancel);
      if (!chunk || chunk.done) throw new Error('ended');
      const parts = (text + decoder.decode(chunk.value, { stream: true })).split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts) {
        const frame = parseFrame(/^data: ?(.*)$/m.exec(part)?.[1]);
        if (frame?.type !== 'users' || signal.aborted) continue;
        events.received(frame);
        replyAll();
      }
    }
  }

  /** @throws HeartbeatClientError if it is refused, and another error if the connection has ended */
  async function call(
    method: string,
    path: string,
    body?: object,
    signal = ending.signal,
  ): Promise<HttpAnswer> {
    const answer = await request(env, { url, token }, path, {
      method,
      body: body && JSON.stringify(body),
      signal,
    });
    const { status, headers } = answer;
    if (status < 300) return answer;
    const { code, error } = refusalIn(readJson(await answer.text(), (sent) => sent) ?? { code: '' }, status);
    const refusal = new HeartbeatClientError(code, error, status);
    if (status === 401) reply({}, refusal);
    if (isPassing(status)) end(1000 * Number(headers.get('retry-after')));
    throw refusal;
  }

  function end(retryAfter?: number): void {
    if (ending.signal.aborted) return;
    close();
    events.closed(retryAfter);
  }

  function close(): void {
    ending.abort();
    stream?.abort();
  }

  return {
    send(frame) {
      handle(frame).then(
        (isLater) => !isLater && reply(frame),
        (error: unknown) => {
          if (error instanceof HeartbeatClientError) reply(frame, error);
          else end();
        },
      );
    },
    close,
  };
}
