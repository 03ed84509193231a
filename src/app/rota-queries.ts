import { DOWN } from '../../actors/shards/shard-supervisor.js';
import type { Rota } from '../domain/rota.js';
import type { RotasApi } from './api/alerts-api.js';
import type { Actors } from './assemble.js';

/** @param rotas those in force, which a reload replaces */
export function rotaQueries(
  { home }: Pick<Actors, 'home'>,
  rotas: { readonly inForce: readonly Rota[] },
): RotasApi {
  return {
    get all() {
      return rotas.inForce;
    },
    overrides: () => home.answering.watch?.notifier.overrides.all() ?? [],
    command: (command) => {
      if (home.watch === undefined) command.answered(DOWN);
      else home.watch.notifier.command(command);
    },
  };
}
