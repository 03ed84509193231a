import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { valueIn, type OpenApiDocument, type Parameter } from '../../src/http/contract/openapi.js';
import { Contract, type Documented } from '../support/contract.js';
import { eventually } from '../support/eventually.js';
import { behave, HookServer } from '../support/hook-server.js';
import { TestResources } from '../support/test-resources.js';

/** The id of an alert in the examples; real ones are random. */
const SOME_ALERT = '01M8160K8C0000MBCVSRV9YN0E';
/** Likewise of a silence. */
const SOME_SILENCE = '01M8160K8C0000MBCVSRV9YN1F';

for (const userIds of ['integer', 'text'] as const) {
  describe(`the contract, with ids of the kind ${userIds}`, () => {
    const resources = new TestResources();
    let url: string;
    let contract: Contract;

    const send = (method: string, target: string, body?: string) =>
      fetch(`${url}${target}`, { method, ...(body !== undefined && { body }) });

    async function deadAlert(): Promise<string> {
      const answer = (await (await send('GET', '/alerts?state=dead')).json()) as { alerts: { id: string }[] };
      const [dead] = answer.alerts;
      if (dead === undefined) throw new Error('there is no dead letter yet');
      return dead.id;
    }

    /** The only active silence. */
    async function activeSilence(): Promise<string> {
      const active = (await (await send('GET', '/silences?state=active,pending')).json()) as {
        silences: { id: string }[];
      };
      for (const { id } of active.silences) await send('DELETE', `/silences/${id}`);
      const silence = {
        matchers: ['env=prod', 'name=~"web-.*"'],
        ends_at: '2100-01-31T12:00:00Z',
        by: 'ann',
        reason: 'the switch is being changed',
      };
      const made = (await (await send('POST', '/silences', JSON.stringify(silence))).json()) as {
        id: string;
      };
      return made.id;
    }

    /** The state that the examples assume: these users and nodes, and a dead letter. */
    async function prepare(): Promise<void> {
      await send('DELETE', '/users/12345');
      await send('PUT', '/heal/12345');
      const settings = { timeout: 90_000, max_retries: 0, labels: { team: 'infra' }, paused: false };
      await send('DELETE', '/nodes/new');
      await send('DELETE', '/nodes/backup');
      await send('PUT', '/nodes/backup', JSON.stringify(settings));
      await eventually(deadAlert, { every: 10 });
    }

    /** Sends the request of an example, and compares the response with the contract. */
    async function replay(call: Documented, name: string, status: number): Promise<void> {
      await prepare();
      const { method, path: template, operation } = call;
      const alert = await deadAlert();
      const silence = await activeSilence();
      const valueOf = ({ examples }: Parameter): string | undefined => {
        const value = valueIn(examples?.[name]);
        return value === undefined
          ? undefined
          : textOf(value).replace(SOME_ALERT, alert).replace(SOME_SILENCE, silence);
      };
      let target = template;
      const query = new URLSearchParams();
      for (const parameter of operation.parameters) {
        const value = valueOf(parameter);
        if (value === undefined) continue;
        if (parameter.in === 'path') target = target.replace(`{${parameter.name}}`, value);
        else query.set(parameter.name, value);
      }
      const sent = Object.entries(operation.requestBody?.content ?? {}).flatMap(
        ([type, { examples = {} }]) => {
          const value = valueIn(examples[name]);
          if (value === undefined) return [];
          return [type === 'application/json' ? JSON.stringify(value) : textOf(value)];
        },
      );
      const answer = await send(
        method,
        `${target}${query.size === 0 ? '' : `?${query.toString()}`}`,
        sent[0],
      );
      const text = await answer.text();
      const what = `${method} ${target} (${name}): ${text}`;
      expect(answer.status, what).to.equal(status);
      const type = answer.headers.get('content-type') ?? '';
      const body: unknown = type === 'application/json' ? JSON.parse(text) : text;
      contract.check(call, status, type, body);
      const shown = operation.responses[String(status)]?.content?.[type]?.examples?.[name];
      if (shown !== undefined) expect(withoutTimes(body), what).to.deep.equal(withoutTimes(valueIn(shown)));
    }

    before(async () => {
      const hooks = await HookServer.start();
      resources.onClear(() => hooks.stop());
      hooks.behaviour = behave.status(410);
      const directory = resources.directory();
      const config = path.join(directory, 'heartbeat.yaml');
      writeFileSync(config, `channels: { ops: { kind: webhook, url: "${hooks.url}" } }\n`);
      const daemon = await resources.daemon(path.join(directory, 'data'), { config, 'user-ids': userIds });
      ({ url } = daemon);
      await send('PUT', '/nodes/failing/heartbeat');
      await send('POST', '/nodes/failing/fail');
      contract = new Contract((await (await send('GET', '/openapi.json')).json()) as OpenApiDocument);
    });

    after(() => resources.clear());

    it('holds: every example is answered as it says', async () => {
      let replayed = 0;
      // Other calls are the same for both kinds.
      const ofKind = contract.calls.filter(
        ({ operation: { tags } }) => userIds === 'integer' || tags.includes('presence'),
      );
      for (const call of ofKind) {
        for (const [status, { content = {} }] of Object.entries(call.operation.responses)) {
          for (const media of Object.values(content)) {
            for (const name of Object.keys(media.examples ?? {})) {
              await replay(call, name, Number(status));
              replayed++;
            }
          }
        }
      }
      expect(replayed).to.be.greaterThan(userIds === 'integer' ? 40 : 15);
    });

    it('holds where nothing is answered, and where an answer is shown by its schema alone', async () => {
      const examples = [
        ['DELETE', '/users/12345', 'erase', 204],
        ['DELETE', '/nodes/backup', 'forget', 204],
        ['GET', '/stats', 'stats', 200],
        ['GET', '/supervision', 'supervision', 200],
        ['GET', '/metrics', 'metrics', 200],
        ['GET', '/openapi.json', 'document', 200],
        ['GET', '/docs', 'page', 200],
      ] as const;
      for (const [method, target, name, status] of examples) {
        const call = contract.find(method, target);
        expect(call, target).to.not.equal(undefined);
        if (call !== undefined) await replay(call, name, status);
      }
    });

    it('has commands on its page for the address that the daemon listens on', async () => {
      expect(await (await send('GET', '/docs')).text()).to.include(`curl ${url}/checkup/12345`);
    });

    it('is answered in ASCII, with its length, and to HEAD', async () => {
      for (const target of ['/openapi.json', '/docs']) {
        // Of one that is compressed, the length is that of what is sent.
        const uncompressed = { headers: { 'accept-encoding': 'identity' } };
        const answer = await fetch(url + target, uncompressed);
        const text = await answer.text();
        expect(answer.headers.get('content-length')).to.equal(String(text.length));
        const head = await fetch(url + target, { method: 'HEAD', ...uncompressed });
        expect(head.headers.get('content-length')).to.equal(String(text.length));
        expect(/^[\n\u0020-\u007e]*$/.test(text), target).to.equal(true);
      }
    });
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The parts of a body that do not depend on time. */
function withoutTimes(value: unknown): unknown {
  const text = JSON.stringify(value, (key, each: unknown) => {
    if (key === 'next_cursor') return 'somewhere';
    return typeof each === 'number' && TIMES.has(key) ? 0 : each;
  });
  return JSON.parse(
    text
      .replaceAll(/"[0-9A-HJKMNP-TV-Z]{26}"/g, '"some alert"')
      .replaceAll(/"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"/g, '"some uuid"'),
  );
}

const TIMES = new Set([
  'since',
  'last_seen',
  'last_heartbeat',
  'deadline',
  'online_at',
  'offline_at',
  'at',
  'at_ms',
  'last_attempt',
  'from',
  'to',
  'starts_at',
  'ends_at',
  'updated_at',
  'paused_until',
  'next_expected',
  'ratio',
  'active_seconds',
  'inactive_seconds',
  'maintenance_seconds',
  'silenced_seconds',
  'failed_seconds',
  'paused_seconds',
  'blind_seconds',
]);
