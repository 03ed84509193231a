import { expect } from 'chai';
import { effects, fallen, holds, holdsAtRest, isEnding, isToBeRestarted, place } from './promise.js';

describe('a supervisor with children that fail at random', () => {
  it('starts a temporary child once, and does not restart a transient one that ended normally', () => {
    holds(
      (world) => {
        for (const { id, restart } of world.scenario.specs) {
          const starts = effects(world, 'start_child').filter(({ effect }) => effect.id === id);
          if (restart === 'temporary') expect(starts.length).to.be.at.most(1);
          const end = world.steps.find((step) => fallen(step)?.id === id && !isToBeRestarted(step));
          if (restart === 'transient' && end !== undefined)
            for (const { step } of starts)
              expect(world.steps.indexOf(step)).to.be.below(world.steps.indexOf(end));
        }
      },
      ['one_for_one'],
    );
  });

  it('never starts a temporary child twice, even when its group is restarted', () => {
    holds((world) => {
      for (const { effect } of effects(world, 'start_child'))
        if (world.scenario.specs[place(world, effect.id)]?.restart === 'temporary')
          expect(effect.incarnation).to.equal(1);
    });
  });

  it('gives up exactly when there are more than `intensity` restarts within `period`', () => {
    holds((world) => {
      const { intensity, period } = world.scenario.policy;
      const restarts: number[] = [];
      for (const step of world.steps.filter(isToBeRestarted)) {
        restarts.push(step.now);
        const inPeriod = restarts.filter((at) => step.now - at <= period * 1000).length;
        expect(isEnding(step)).to.equal(inPeriod > intensity);
      }
    });
  });

  it('restarts a child with a back-off only when its delay is over', () => {
    holds((world) => {
      const pausing = new Set<string>();
      for (const { event, effects } of world.steps) {
        if (event.kind === 'restart_due') pausing.delete(`${event.id}#${event.incarnation}`);
        for (const { effect } of effects) {
          if (effect.kind === 'restart_later') pausing.add(`${effect.id}#${effect.incarnation}`);
          if (effect.kind === 'start_child')
            expect(pausing).not.to.include(`${effect.id}#${effect.incarnation - 1}`);
        }
      }
    });
  });

  it('ends only after a shutdown, too many restarts or a failed first start', () => {
    holds((world) => {
      const begins = world.steps.find(isEnding);
      if (begins === undefined || begins.event.kind === 'shutdown' || isToBeRestarted(begins)) return;
      expect(fallen(begins)).to.include({ status: 'starting', hasStarted: false });
    });
  });

  it('escalates and stops only when no child is alive, and starts none while it ends', () => {
    holds((world) => {
      for (const { alive } of [...effects(world, 'escalate'), ...effects(world, 'stopped')])
        expect(alive).to.deep.equal([]);
      for (const { step } of effects(world, 'start_child')) expect(isEnding(step)).to.equal(false);
    });
  });

  it('ends a shutdown with one `stopped`, as its last message, when no child is alive', () => {
    holds((world) => {
      expect(world.alive).to.deep.equal([]);
      expect(effects(world, 'stopped')).to.have.length(1);
      expect(world.steps.flatMap((step) => step.effects).at(-1)?.effect.kind).to.equal('stopped');
      expect(world.state.children.every(({ status }) => status === 'stopped')).to.equal(true);
    });
  });

  it('has all children running again once they stop failing', () => {
    holdsAtRest(({ state, alive }) => {
      if (state.phase === 'stopped') return;
      expect(state.phase).to.equal('running');
      for (const { id, status, restart } of state.children) {
        expect(status).to.be.oneOf(restart === 'transient' ? ['running', 'stopped'] : ['running']);
        expect(alive.some((run) => run.id === id)).to.equal(status === 'running');
      }
    });
  });
});
