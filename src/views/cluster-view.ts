import type * as z from 'zod';
import type { ClusterFacts } from '../app/daemon-facts.js';
import { toSeconds } from '../domain/time.js';
import type { cluster } from './ops-answers.js';

/** The answer to `GET /cluster`. */
export function clusterView({ name, members, partitions }: ClusterFacts): z.input<typeof cluster> {
  return {
    name,
    members: members.map(({ name: of, advertise, isReady, leaseLeft }) => ({
      name: of,
      advertise,
      ready: isReady,
      lease_left: leaseLeft === undefined ? null : toSeconds(Math.round(leaseLeft / 100) * 100),
    })),
    partitions: partitions.map(({ name: of, owner, epoch, isInDoubt, isHere }) => ({
      name: of,
      owner: owner ?? null,
      epoch: epoch ?? null,
      in_doubt: isInDoubt,
      here: isHere,
    })),
  };
}
