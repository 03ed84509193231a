/** Runs a custom notifier in its own thread, where a crash or a hang affects nobody else. */
import * as nodeModule from 'node:module';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { BaseNotifier, type NotifyError } from '../../../ports/channel.js';
import type { FromWorker, ToWorker, WorkerPlan } from './messages.js';

type Make = new (settings: Readonly<Record<string, unknown>>) => BaseNotifier;

/** What a module imports from. */
const PACKAGE = '@heartbeatd/heartbeat';

const underWay = new Map<number, AbortController>();
const port = parentPort;
if (port === null) throw new TypeError('to be run as a worker');

try {
  const notifier = await load(workerData as WorkerPlan);
  port.on('message', (message: ToWorker) => {
    void take(notifier, message);
  });
  say({ kind: 'ready' });
} catch (error) {
  say({ kind: 'unusable', problem: error instanceof Error ? error.message : String(error) });
}

async function load({ module, settings }: WorkerPlan): Promise<BaseNotifier> {
  nameThisDaemon(new URL(`../../../index${path.extname(import.meta.url)}`, import.meta.url).href);
  const exported: unknown = await import(module);
  const Notifier = Object.values(exported as object).find(isNotifier);
  if (Notifier === undefined) throw new TypeError('it exports no class that extends BaseNotifier');
  return new Notifier(settings);
}

/** Makes the name of the package mean this daemon, wherever the module is. */
function nameThisDaemon(index: string): void {
  // From Node 22.15 on. It runs in this thread, and ends with it.
  const registerHooks: unknown = Reflect.get(nodeModule, 'registerHooks');
  if (typeof registerHooks === 'function') {
    const resolve = (name: string, context: unknown, next: (name: string, context: unknown) => unknown) =>
      next(name === PACKAGE ? index : name, context);
    Reflect.apply(registerHooks, undefined, [{ resolve }]);
    return;
  }
  // Leaves a port in the main thread for each thread that does this: see decision 91.
  const hook = `export const resolve = (name, context, next) =>
    next(name === ${JSON.stringify(PACKAGE)} ? ${JSON.stringify(index)} : name, context);`;
  nodeModule.register(`data:text/javascript,${encodeURIComponent(hook)}`);
}

/** It may extend the class of another copy of this package. */
function isNotifier(value: unknown): value is Make {
  for (let at: unknown = value; typeof at === 'function'; at = Object.getPrototypeOf(at)) {
    if (at === BaseNotifier) return at !== value;
    if (at.name === 'BaseNotifier') return at !== value;
  }
  return false;
}

async function take(notifier: BaseNotifier, message: ToWorker): Promise<void> {
  switch (message.kind) {
    case 'notify': {
      const { number, alert, attempt } = message;
      const controller = new AbortController();
      underWay.set(number, controller);
      try {
        await notifier.notify(alert, { signal: controller.signal, attempt });
        say({ kind: 'done', number });
      } catch (error) {
        say(failed(number, error));
      } finally {
        underWay.delete(number);
      }
      return;
    }
    case 'abort':
      underWay.get(message.number)?.abort();
      return;
    case 'ping':
      say({ kind: 'pong' });
      return;
    case 'close':
      await notifier.close();
      say({ kind: 'closed' });
      return;
  }
}

function failed(number: number, error: unknown): FromWorker {
  const message = error instanceof Error ? error.message : String(error);
  const { permanent, retryAfter } = hints(error);
  return { kind: 'failed', number, message, permanent, retryAfter };
}

/** Fields that any error may have. The receiver checks the number. */
function hints(error: unknown): Pick<NotifyError, 'permanent' | 'retryAfter'> {
  const found: { permanent?: unknown; retryAfter?: unknown } =
    typeof error === 'object' && error !== null ? error : {};
  return {
    permanent: found.permanent === true,
    retryAfter: numberIn(found.retryAfter),
  };
}

/** A value that is present but not a number cannot be honoured. */
function numberIn(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'number' ? value : NaN;
}

function say(message: FromWorker): void {
  port?.postMessage(message);
}
