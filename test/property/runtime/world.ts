import { expect } from 'chai';
import type { Actor, Cell, Crash } from '../../../src/runtime/actor.js';
import { Workshop } from '../../unit/runtime/workshop.js';

/** The effect of handling a message. */
export type Deed =
  | 'work'
  | 'fall once'
  | 'fall twice'
  | 'tell'
  | 'tell and fall'
  | 'retire'
  | 'retire and fall'
  | 'stop'
  | 'stop and fall';

/** The owner's reaction to a crash. */
export type Reaction =
  | 'retry'
  | 'drop'
  | 'keep'
  | 'throw'
  | 'retry and throw'
  | 'stop'
  | 'stop and throw'
  | 'stop and retry';

export type Step =
  | { readonly kind: 'tell' | 'insist'; readonly deed: Deed }
  | { readonly kind: 'pass'; readonly times: number }
  | { readonly kind: 'restart' | 'stop' | 'retire' | 'spawn' };

type Fate = 'handled' | 'kept by its owner' | 'left' | 'dead';

interface Letter {
  /** Unique and short, to identify dead letters. */
  readonly kind: string;
  readonly number: number;
  readonly deed: Deed;
  falls: number;
}

const NAME = 'worker';

/** One name, the actors under it, and all messages to it. */
export class World {
  readonly #workshop = new Workshop();
  readonly #reactions: readonly Reaction[];
  readonly #mailbox: number;
  readonly #letters: Letter[] = [];
  readonly #fates = new Map<Letter, Fate[]>();
  readonly #handled: number[][] = [];
  readonly unexpected: unknown[] = [];
  #reacted = 0;
  #cell: Cell<Letter>;
  #kept: Letter | undefined;

  constructor(reactions: readonly Reaction[], mailbox: number) {
    this.#reactions = reactions;
    this.#mailbox = mailbox;
    this.#cell = this.#spawn();
  }

  get running(): number {
    return this.#workshop.system.running;
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'tell':
      case 'insist':
        this.#tell(step.deed, step.kind);
        return;
      case 'pass':
        return this.#workshop.pass(step.times);
      case 'restart':
        this.#restart();
        return;
      case 'stop':
        this.#stop();
        return;
      case 'retire':
        this.#cell.stopIfIdle();
        return;
      case 'spawn':
        if (this.#cell.status === 'stopped') this.#cell = this.#spawn();
    }
  }

  /** At a moment when no actor is between its crash and its end. */
  checkRunning(): void {
    expect(this.#workshop.alive).to.be.at.most(1);
    expect(this.running).to.equal(this.#workshop.alive);
  }

  /** Ends everything, and checks that it ends. */
  async end(how: 'stop' | 'system'): Promise<void> {
    if (how === 'stop') this.#stop();
    else this.#workshop.system.stop();
    for (let pass = 0; pass < 500 && this.#cell.status !== 'stopped'; pass++) await this.#workshop.pass();
    await this.#workshop.pass(3);
    expect(this.#cell.status).to.equal('stopped');
    expect(this.#cell.waiting).to.equal(0);
    if (this.#kept !== undefined) this.#settle(this.#kept, 'kept by its owner');
    const { recent, total } = this.#workshop.system.deadLetters;
    expect(recent).to.have.length(total);
    for (const { message } of recent) {
      const letter = this.#letters.find(({ kind }) => kind === message);
      if (letter === undefined) this.unexpected.push(message);
      else this.#settle(letter, 'dead');
    }
  }

  ledger(): { name: string; fates: Fate[] }[] {
    return this.#letters.map((letter) => ({
      name: `${letter.kind} (${letter.deed})`,
      fates: this.#fates.get(letter) ?? [],
    }));
  }

  handledByIncarnation(): readonly number[][] {
    return this.#handled;
  }

  #spawn(): Cell<Letter> {
    const handled: number[] = [];
    this.#handled.push(handled);
    const actor: Actor<Letter> = {
      receive: (letter) => {
        this.#do(letter, cell);
        handled.push(letter.number);
        this.#settle(letter, 'handled');
      },
      crashed: (crash) => {
        this.#react(crash, cell);
      },
    };
    const { system, place } = this.#workshop;
    const cell = system.spawn(place, NAME, actor, { mailbox: this.#mailbox });
    return cell;
  }

  #tell(deed: Deed, how: 'tell' | 'insist'): void {
    const number = this.#letters.length;
    const falls = { 'fall twice': 2, work: 0, tell: 0, stopIfIdle: 0, stop: 0 }[deed as string] ?? 1;
    const letter: Letter = { kind: `m${number}`, number, deed, falls };
    if (how === 'tell') {
      const full = this.#cell.waiting >= this.#mailbox;
      const gone = this.#cell.status === 'stopped' || this.#cell.status === 'stopping';
      const delivery = this.#cell.tell(letter);
      expect(delivery).to.equal(gone ? 'stopped' : full ? 'full' : 'queued');
      if (delivery !== 'queued') return;
    } else this.#cell.tellUnbounded(letter);
    this.#letters.push(letter);
  }

  #do(letter: Letter, cell: Cell<Letter>): void {
    expect(cell, 'an old one handles nothing').to.equal(this.#cell);
    if (letter.deed.startsWith('tell')) this.#tell('work', 'insist');
    if (letter.deed.startsWith('retire')) cell.stopIfIdle();
    if (letter.deed.startsWith('stop')) this.#stop();
    if (letter.falls-- > 0) throw new Error(letter.deed);
  }

  #react({ message }: Crash<Letter>, cell: Cell<Letter>): void {
    const reaction = this.#reactions[this.#reacted++ % this.#reactions.length] ?? 'drop';
    if (reaction.startsWith('stop')) this.#stop();
    if (reaction.endsWith('retry') || reaction === 'retry and throw')
      return this.#retry(message, cell, reaction);
    if (reaction.endsWith('throw')) throw new Error(reaction);
    if (reaction === 'keep') this.#kept = message;
    else this.#settle(message, 'kept by its owner');
    if (reaction === 'drop') cell.restart();
  }

  #retry(message: Letter, cell: Cell<Letter>, reaction: Reaction): void {
    cell.restart(message);
    if (reaction === 'retry and throw') throw new Error(reaction);
  }

  /** The owner changes its mind. */
  #restart(): void {
    const kept = this.#kept;
    if (kept === undefined) return;
    this.#kept = undefined;
    this.#cell.restart(kept);
  }

  #stop(): void {
    const { status } = this.#cell;
    if (status !== 'running' && status !== 'crashed') return;
    this.#cell.stop((left) => {
      for (const letter of left) this.#settle(letter, 'left');
    });
  }

  #settle(letter: Letter, fate: Fate): void {
    const fates = this.#fates.get(letter) ?? [];
    fates.push(fate);
    this.#fates.set(letter, fates);
  }
}
