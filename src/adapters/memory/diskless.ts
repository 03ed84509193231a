import type { DiskUse } from '../../ports/history-store.js';

/** What a history in memory says of the disk that it has not. */
export class Diskless {
  checkPresence(): Promise<void> {
    return Promise.resolve();
  }

  size(): Promise<number> {
    return Promise.resolve(0);
  }

  free(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  diskUse(): Promise<DiskUse> {
    return Promise.resolve({ free: undefined, kinds: undefined });
  }

  reclaim(): Promise<void> {
    return Promise.resolve();
  }

  backup(): undefined {
    return undefined;
  }

  checkFiles(): Promise<boolean> {
    return Promise.resolve(true);
  }
}
