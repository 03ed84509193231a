import fc from 'fast-check';
import type { ChildState, Strategy } from '../../../actors/supervisor/child-spec.js';
import type { SupervisorEffect } from '../../../actors/supervisor/supervisor.machine.js';
import { scenario } from './scenario.js';
import { World, type Run, type Step } from './world.js';

const ALL: readonly Strategy[] = ['one_for_one', 'one_for_all', 'rest_for_one'];

/** The promise holds for all events, for what settles after them, and for the shutdown at the end. */
export function holds(promise: (world: World) => void, strategies = ALL): void {
  holdsAtRest((world) => {
    world.shutdown();
    world.settle();
    promise(world);
  }, strategies);
}

/** The promise holds once nothing fails any more and everything under way has finished. */
export function holdsAtRest(promise: (world: World) => void, strategies = ALL): void {
  const scenarios = scenario.filter(({ policy }) => strategies.includes(policy.strategy));
  const property = fc.property(scenarios, (given) => {
    const world = new World(given);
    world.settle();
    promise(world);
  });
  fc.assert(property, { numRuns: 500 });
}

export function effects<T extends SupervisorEffect['kind']>(world: World, kind: T) {
  return world.steps.flatMap((step) =>
    step.effects.flatMap(({ effect, alive }) => (isOf(effect, kind) ? [{ effect, alive, step }] : [])),
  );
}

function isOf<T extends SupervisorEffect['kind']>(
  effect: SupervisorEffect,
  kind: T,
): effect is Extract<SupervisorEffect, { kind: T }> {
  return effect.kind === kind;
}

export function place(world: World, id: string): number {
  return world.scenario.specs.findIndex((spec) => spec.id === id);
}

export function later(world: World, id: string, alive: readonly Run[]): Run[] {
  return alive.filter((run) => place(world, run.id) > place(world, id));
}

export function isEnding({ after }: Step): boolean {
  return after.phase === 'stopping' || after.phase === 'stopped';
}

/** The child that ended unasked in this step, before its end: the reason of a restart. */
export function fallen({ event, before }: Step): ChildState | undefined {
  if (event.kind !== 'child_exited' && event.kind !== 'child_start_failed') return undefined;
  const child = before.children.find(
    ({ id, incarnation }) => id === event.id && incarnation === event.incarnation,
  );
  return child?.status === 'running' || child?.status === 'starting' ? child : undefined;
}

export function isToBeRestarted(step: Step): boolean {
  const child = fallen(step);
  if (child === undefined) return false;
  if (step.event.kind === 'child_start_failed') return child.hasStarted;
  const crashed = step.event.kind === 'child_exited' && step.event.reason === 'crash';
  return child.restart === 'permanent' || (child.restart === 'transient' && crashed);
}
