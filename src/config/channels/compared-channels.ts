import type { ConfiguredChannel } from './channels.js';

/** All that tells a channel from one of the same name, by name. Never shown: secrets are in it. */
export function comparedChannels(channels: readonly ConfiguredChannel[]): ReadonlyMap<string, unknown> {
  return new Map(
    channels.map(({ policy, allowAddresses, ca, secrets, receiver, shown, digest }) => [
      `channels.${policy.name}`,
      { policy, allowAddresses, ca, secrets, receiver, shown, digest },
    ]),
  );
}
