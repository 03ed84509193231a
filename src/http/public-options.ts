import type { StatusPage } from '../domain/status-page.js';
import type { BadgeSigner } from '../ports/badge-signer.js';
import type { GatewayOptions } from './gateway-options.js';

/** What badges need to know of the configuration. */
export interface BadgeOptions {
  /** Undefined: no secret is configured. */
  readonly signer: BadgeSigner | undefined;
  /** Where people reach the daemon; null where that is not said. */
  readonly publicUrl: string | null;
}

/** What status pages need to know of the configuration. */
export interface StatusOptions {
  readonly pages: readonly StatusPage[];
  /** Where people reach the daemon; null where that is not said: a feed needs whole addresses. */
  readonly publicUrl: string | null;
}

/** What the contract needs to know of the configuration. */
export interface ContractOptions {
  readonly isPublic: boolean;
  /** Where people reach the daemon; null where that is not said. */
  readonly publicUrl: string | null;
  /** Where this machine reaches it. */
  readonly localUrl: string;
}

/** What can be read without a key. */
export interface PublicOptions {
  readonly badges: BadgeOptions;
  readonly status: StatusOptions;
  readonly contract: ContractOptions;
}

/** @param localUrl where it listens, for this machine */
export function publicOptionsOf(
  { badges, statusPages, docs, public_url }: GatewayOptions,
  localUrl: string,
): PublicOptions {
  const publicUrl = public_url ?? null;
  return {
    badges: { signer: badges, publicUrl },
    status: { pages: statusPages ?? [], publicUrl },
    contract: { isPublic: docs?.public === true, publicUrl, localUrl },
  };
}
