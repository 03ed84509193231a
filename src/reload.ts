import pLimit from 'p-limit';
import type { Effective, Loaded } from './config/load-config.js';
import { appliedNames, configurationChanges } from './config/configuration-changes.js';
import { reloaded } from './config/reloadable.js';
import type { Channel } from './ports/channel.js';
import type { ConfigurationChange } from './ports/configuration.js';
import type { Logger } from './ports/logger.js';

/** What a configuration is taken up by. */
export interface Reloadable {
  /** Reads it anew. */
  readonly load: () => Promise<Loaded>;
  /** Makes channels of it; or every reason why they cannot be, and then none is left open. */
  readonly open: (
    effective: Effective,
  ) => Promise<{ readonly channels: readonly Channel[] } | { readonly problems: readonly string[] }>;
  /** Goes on by it. Nothing of this fails for a reason that could have been known before. */
  readonly apply: (effective: Effective, channels: readonly Channel[]) => Promise<void>;
  readonly logger: Logger;
}

/** What a reload would find: what is wrong, or what changes. */
export type Preview = { readonly file: string | undefined } & (
  | { readonly problems: readonly string[] }
  | { readonly effective: Effective; readonly changes: readonly ConfigurationChange[] }
);

/** Reads the configuration again when it is told to. One that is wrong changes nothing at all. */
export class Reloader {
  readonly #deps: Reloadable;
  #inForce: Effective;
  #last: Promise<void> = Promise.resolve();
  /** Each preview reads everything, the declared nodes in a thread of its own. */
  readonly #oneAtATime = pLimit(1);

  constructor(inForce: Effective, deps: Reloadable) {
    this.#inForce = inForce;
    this.#deps = deps;
  }

  /** What a reload would find now. Changes nothing, and opens no channel. */
  preview(): Promise<Preview> {
    return this.#oneAtATime(() => this.#preview());
  }

  async #preview(): Promise<Preview> {
    const before = this.#inForce;
    const loaded = await this.#deps.load();
    if (!loaded.ok) return { file: before.file, problems: loaded.problems };
    const change = reloaded(before, loaded);
    if ('problem' in change) return { file: loaded.file, problems: [change.problem] };
    return {
      file: loaded.file,
      effective: change.effective,
      changes: configurationChanges(before, loaded, change),
    };
  }

  /** One after the other, however often it is asked. */
  reload(): Promise<void> {
    this.#last = this.#last.then(() => this.#reload());
    return this.#last;
  }

  async #reload(): Promise<void> {
    const { logger } = this.#deps;
    try {
      const problems = await this.#tryTo();
      if (problems.length > 0)
        logger.error('invalid configuration ignored: the previous one stays in force', { problems });
    } catch (error) {
      logger.error('configuration could not be applied', { error });
    }
  }

  async #tryTo(): Promise<readonly string[]> {
    const { load, open, apply, logger } = this.#deps;
    const loaded = await load();
    if (!loaded.ok) return loaded.problems;
    const change = reloaded(this.#inForce, loaded);
    if ('problem' in change) return [change.problem];
    const opened = await open(change.effective);
    if ('problems' in opened) return opened.problems;
    const changes = configurationChanges(this.#inForce, loaded, change);
    await apply(change.effective, opened.channels);
    this.#inForce = change.effective;
    logger.info('configuration reloaded', { applied: appliedNames(changes, change) });
    if (change.needsRestart.length > 0) {
      logger.warn('other changes need a restart', { options: change.needsRestart });
    }
    const { secretVariables } = loaded;
    if (secretVariables.length > 0)
      logger.info('secrets in the environment stay as they are until a restart', {
        variables: secretVariables,
      });
    return [];
  }
}
