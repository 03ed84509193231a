import { comparedChannels } from './channels/compared-channels.js';
import type { Effective } from './load-config.js';
import { isLoopback } from '../domain/loopback.js';
import { nest } from './option.js';
import { options, schema, valueIn } from './schema.js';
import { isSame } from './secret-values.js';
import { STORE_OPTIONS } from './store.js';

/** Options that a running daemon can apply. All others need a restart. */
const RELOADABLE =
  /^(?:limits\..+|nodes\.(?:declared|prune)|log\.level|keep_alive_timeout|cors\.origins|sign_in\..+|allowed_hosts|public_url|trusted_proxies|insecure|docs\..+|tls\..+|probes\..+)$/;

export interface Reloaded {
  /** The new configuration, with the old values of options that need a restart. */
  readonly effective: Effective;
  /** The keys that changed. */
  readonly applied: readonly string[];
  readonly needsRestart: readonly string[];
}

/** Merges a new configuration into the running one, or says why it cannot be applied. */
export function reloaded(before: Effective, after: Effective): Reloaded | { readonly problem: string } {
  const changed = options
    .map(({ key }) => key)
    .filter((key) => !isSame(valueIn(before.config, key), valueIn(after.config, key)));
  const tlsStays = (before.tls === undefined) === (after.tls === undefined);
  const isReloadable = (key: string): boolean =>
    RELOADABLE.test(key) && (tlsStays || !key.startsWith('tls.'));
  const config = schema.parse(
    nest(schema, (key) => valueIn(isReloadable(key) ? after.config : before.config, key)),
  );
  const tls = tlsStays ? after.tls : before.tls;
  const isAuthSame = isSame(before.auth, after.auth);
  if (after.auth === undefined && !isLoopback(config.host) && !config.insecure) {
    return {
      problem: `auth: the last key would be removed while ${config.host} can be reached from other machines: keep a key, or restart on a loopback host`,
    };
  }
  return {
    effective: {
      ...after,
      config,
      tls,
      // The same object, by which the gateway knows that nobody has to authenticate again.
      auth: isAuthSame ? before.auth : after.auth,
      proxies: before.proxies,
      store: before.store,
      cluster: before.cluster,
      // The same objects, by which what is remembered of a page is found.
      statusPages: isSame(before.statusPages, after.statusPages) ? before.statusPages : after.statusPages,
    },
    applied: [
      ...changed.filter(isReloadable),
      ...(hasOtherNodes(before, after) && !changed.includes('nodes.declared') ? ['nodes.declared'] : []),
      ...(isSame(before.tls, tls) ? [] : ['tls']),
      ...(isAuthSame && isSame(before.linkSecret, after.linkSecret) ? [] : ['auth']),
      ...(isSame(before.maintenance, after.maintenance) ? [] : ['maintenance']),
      ...(isSame(before.rotas, after.rotas) ? [] : ['rotas']),
      ...(isSame(before.statusPages, after.statusPages) ? [] : ['status']),
      ...(before.probeLimits.ca === after.probeLimits.ca ? [] : ['probes']),
      ...(isSame(comparedChannels(before.channels), comparedChannels(after.channels)) ? [] : ['channels']),
    ],
    needsRestart: [
      ...changed.filter((key) => !isReloadable(key)),
      ...(hasOtherStoreFiles(before, after) ? ['store'] : []),
    ],
  };
}

/** Whether the file of declared nodes says something else than before. */
function hasOtherNodes({ declared: before }: Effective, { declared: after }: Effective): boolean {
  return !isSame(before?.nodes, after?.nodes);
}

/** Whether a file that the options of the store name has another password or certificate in it. */
function hasOtherStoreFiles(before: Effective, after: Effective): boolean {
  const isAsked = ['data_dir', ...STORE_OPTIONS].some(
    (key) => !isSame(valueIn(before.config, key), valueIn(after.config, key)),
  );
  return !isAsked && !isSame(before.store, after.store);
}
