import { expect } from 'chai';
import { effects, fallen, holds, holdsAtRest, isEnding, isToBeRestarted, place } from './promise.js';

describe('whatever happens to its children, a supervisor', () => {
  it('starts a temporary child once, and a transient one not again after a normal end of its own', () => {
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

  it('never starts a temporary child twice, though its group is restarted', () => {
    holds((world) => {
      for (const { effect } of effects(world, 'start_child'))
        if (world.scenario.specs[place(world, effect.id)]?.restart === 'temporary')
          expect(effect.incarnation).to.equal(1);
    });
  });

  it('gives up when, and only when, a restart is one more than `intensity` within `period`', () => {
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

  it('starts a child that backs off only after its restart is due', () => {
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

  it('begins to end for nothing but a shutdown, a restart too many and a first start that failed', () => {
    holds((world) => {
      const begins = world.steps.find(isEnding);
      if (begins === undefined || begins.event.kind === 'shutdown' || isToBeRestarted(begins)) return;
      expect(fallen(begins)).to.include({ status: 'starting', hasStarted: false });
    });
  });

  it('escalates and stops only when nothing lives, and starts nothing from the moment it begins to end', () => {
    holds((world) => {
      for (const { alive } of [...effects(world, 'escalate'), ...effects(world, 'stopped')])
        expect(alive).to.deep.equal([]);
      for (const { step } of effects(world, 'start_child')) expect(isEnding(step)).to.equal(false);
    });
  });

  it('always ends a shutdown with `stopped`, said once and last, with nothing alive', () => {
    holds((world) => {
      expect(world.alive).to.deep.equal([]);
      expect(effects(world, 'stopped')).to.have.length(1);
      expect(world.steps.flatMap((step) => step.effects).at(-1)?.effect.kind).to.equal('stopped');
      expect(world.state.children.every(({ status }) => status === 'stopped')).to.equal(true);
    });
  });

  it('has everything up again, once its children stop failing', () => {
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
