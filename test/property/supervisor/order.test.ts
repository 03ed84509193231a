import { expect } from 'chai';
import { effects, fallen, holds, isEnding, isToBeRestarted, later, place } from './promise.js';

describe('the order of a supervisor with children that fail at random', () => {
  it('never has two live incarnations of one child', () => {
    holds((world) => {
      for (const { effect, alive } of effects(world, 'start_child'))
        expect(alive.filter(({ id }) => id === effect.id)).to.deep.equal([]);
    });
  });

  it('numbers the incarnations of a child without gaps', () => {
    holds((world) => {
      for (const { id } of world.scenario.specs) {
        const started = effects(world, 'start_child').filter(({ effect }) => effect.id === id);
        expect(started.map(({ effect }) => effect.incarnation)).to.deep.equal(
          started.map((_, index) => index + 1),
        );
      }
    });
  });

  it('lists every live child', () => {
    holds((world) => {
      for (const { alive, after } of world.steps)
        for (const { id, incarnation } of alive) {
          const known = after.children.find((child) => child.id === id);
          expect(known?.incarnation).to.equal(incarnation);
          expect(known?.status).to.be.oneOf(['starting', 'running', 'stopping']);
        }
    });
  });

  it('first starts a child only after all earlier ones have started', () => {
    holds((world) => {
      const heard = new Set<string>();
      for (const { event, effects, after } of world.steps) {
        if (event.kind === 'child_started') heard.add(event.id);
        for (const { effect } of effects)
          if (effect.kind === 'start_child' && effect.incarnation === 1)
            for (const { id } of after.children)
              if (place(world, id) < place(world, effect.id)) expect(heard).to.include(id);
      }
    });
  });

  it('restarts a child of a group only when no later one is alive and every earlier one is running or terminated', () => {
    holds(
      (world) => {
        for (const { effect, alive, step } of effects(world, 'start_child')) {
          expect(later(world, effect.id, alive)).to.deep.equal([]);
          const earlier = step.before.children.filter(({ id }) => place(world, id) < place(world, effect.id));
          for (const { id } of earlier)
            expect(step.after.children.find((child) => child.id === id)?.status ?? 'stopped').to.be.oneOf([
              'running',
              'stopped',
            ]);
        }
      },
      ['one_for_all', 'rest_for_one'],
    );
  });

  it('stops children one at a time, the last one first', () => {
    holds((world) => {
      for (const { effect, alive } of effects(world, 'stop_child')) {
        expect(later(world, effect.id, alive)).to.deep.equal([]);
        expect(alive.filter(({ stopAsked }) => stopAsked)).to.deep.equal([]);
      }
    });
  });

  it('asks each incarnation to stop at most once', () => {
    holds((world) => {
      const asked = effects(world, 'stop_child').map(({ effect }) => `${effect.id}#${effect.incarnation}`);
      expect(asked).to.have.length(new Set(asked).size);
    });
  });

  it('never restarts a sibling with one_for_one', () => {
    holds(
      (world) => {
        for (const { step } of effects(world, 'stop_child')) expect(isEnding(step)).to.equal(true);
        for (const step of world.steps.filter((one) => isToBeRestarted(one) && !isEnding(one)))
          for (const child of step.before.children.filter(({ id }) => id !== fallen(step)?.id))
            expect(step.after.children).to.include(child);
      },
      ['one_for_one'],
    );
  });

  it('never restarts children that started before the crashed one with rest_for_one', () => {
    holds(
      (world) => {
        for (const step of world.steps.filter((one) => isToBeRestarted(one) && !isEnding(one)))
          for (const child of step.before.children)
            if (place(world, child.id) < place(world, fallen(step)?.id ?? ''))
              expect(step.after.children).to.include(child);
      },
      ['rest_for_one'],
    );
  });

  it('stops all children when one crashes with one_for_all', () => {
    holds(
      (world) => {
        for (const step of world.steps.filter((one) => isToBeRestarted(one) && !isEnding(one)))
          for (const { status } of step.after.children)
            expect(status).to.be.oneOf(['stopping', 'waiting', 'starting']);
      },
      ['one_for_all'],
    );
  });
});
