import { Level } from 'level';

/**
 * Makes the next batch of any database fail, as a full disk does. It may have reached the disk,
 * since a failed synchronisation does not tell.
 */
export function refuseNextBatch(outcome: 'stored' | 'lost'): void {
  const { prototype }: { prototype: object } = Level;
  Object.defineProperty(prototype, 'batch', {
    configurable: true,
    value: function (this: Level<Buffer, Buffer>) {
      Reflect.deleteProperty(prototype, 'batch');
      const batch = this.batch();
      const write = batch.write.bind(batch);
      const refuse = async (options: object): Promise<void> => {
        if (outcome === 'stored') await write(options);
        else await batch.close();
        throw new Error('IO error: No space left on device');
      };
      Object.defineProperty(batch, 'write', { value: refuse });
      return batch;
    },
  });
}
