import { expect } from 'chai';
import fc from 'fast-check';
import { Stash } from '../../../actors/shards/stash.js';

interface Note {
  readonly kind: string;
  readonly numbers: readonly number[];
  join?(next: Note): Note | undefined;
}

function note(number: number): Note {
  return { kind: 'note', numbers: [number] };
}

/** Takes every other message with the same tens. */
function joining(numbers: readonly number[]): Note {
  return {
    kind: 'note',
    numbers,
    join: (next) =>
      tens(next.numbers[0]) === tens(numbers[0]) ? joining([...numbers, ...next.numbers]) : undefined,
  };
}

function tens(number = NaN): number {
  return Math.floor(number / 10);
}

describe('a stash', () => {
  /** Unstashes all messages, and stashes some again once. */
  function drain(stash: Stash<Note>, defers: (message: Note) => boolean): Note[] {
    const handled: Note[] = [];
    const deferred = new Set<Note>();
    let next: Note | undefined;
    const tell = (message: Note): void => {
      next = message;
    };
    stash.unstash({ kind: 'settled', numbers: [] }, tell);
    while (next !== undefined) {
      const message = next;
      next = undefined;
      if (defers(message) && !deferred.has(message)) {
        deferred.add(message);
        stash.defer(message);
        stash.unstash(message, tell);
        stash.unstash({ kind: 'settled', numbers: [] }, tell);
      } else {
        handled.push(message);
        stash.unstash(message, tell);
      }
    }
    return handled;
  }

  it('returns its messages in order, also when some are deferred again', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(6), (count, every) => {
        const stash = new Stash<Note>();
        stash.defer(note(0));
        for (let number = 1; number <= count; number++) expect(stash.add(note(number), 1000)).to.equal(true);
        const handled = drain(stash, ({ numbers }) => every > 0 && (numbers[0] ?? 0) % every === 0);
        expect(handled.flatMap(({ numbers }) => numbers)).to.deep.equal(
          Array.from({ length: count + 1 }, (_, number) => number),
        );
        expect(stash.idle).to.equal(true);
      }),
    );
  });

  it('is bounded, except for a message equal to the last one', () => {
    const stash = new Stash<Note>();
    expect(stash.add(joining([1]), 1)).to.equal(true);
    expect(stash.add(joining([2]), 0)).to.equal(true);
    expect(stash.add(joining([11]), 0)).to.equal(false);
    expect(stash.size).to.equal(1);
    expect(drain(stash, () => false).map(({ numbers }) => numbers)).to.deep.equal([[1, 2]]);
    expect(stash.add(joining([12]), 0)).to.equal(false);
  });
});
