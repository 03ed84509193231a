import { clockOf } from './oracle/clock-text.js';
import type { Outcome } from './outcome.js';

/** The most lines of the story that are shown: the last ones. */
const MOST = 60;

/** Describes in plain English what happened to the daemon, and to the user or node whose promise was broken. */
export function storyOf({ seed, settings, broken, lines }: Outcome): string {
  if (broken === undefined) return `Seed ${String(seed)}: every promise was kept.`;
  const told = lines.filter(
    ({ at, about }) => at <= broken.at && (about === undefined || about === broken.about),
  );
  const left = Math.max(0, told.length - MOST);
  return [
    `Seed ${String(seed)} breaks a promise.`,
    `  A session lasts ${String(settings.timeout / 1000)} s after the last heal; a node fails after ` +
      `${String(settings.maxRetries + 1)} times ${String(settings.nodeTimeout / 1000)} s of silence. ` +
      `users: ${String(settings.users)}, nodes: ${String(settings.nodes)}.`,
    ...(left > 0 ? [`  (${String(left)} earlier lines are left out.)`] : []),
    ...told.slice(left).map(({ at, text }) => `  ${clockOf(at).padStart(11)}  ${text}`),
    `  ${clockOf(broken.at).padStart(11)}  ${broken.message}`,
  ].join('\n');
}
