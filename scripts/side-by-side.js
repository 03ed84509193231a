// Runs commands side by side. Prints the output of each as a whole when it ends, with its time and processor time, and
// the output of those that failed again at the end, where people look first.
import { spawn } from 'node:child_process';

/** Bash measures the processor time of a command with all processes that it started and waited for. */
const MEASURED = 'TIMEFORMAT="processor time: %U s user, %S s system"; time "$0" "$@"';

/** Resolves with the output of the command, and whether it succeeded. */
function run({ name, command, args, env }) {
  const begun = Date.now();
  const printed = [];
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', MEASURED, command, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    child.stdout.on('data', (part) => printed.push(part));
    child.stderr.on('data', (part) => printed.push(part));
    child.on('error', reject).on('close', (code) => {
      const passed = code === 0;
      const seconds = Math.round((Date.now() - begun) / 1000);
      const text = `== ${name} (${seconds} s${passed ? '' : ', FAILED'})\n${Buffer.concat(printed).toString()}`;
      process.stdout.write(text);
      resolve({ text, passed });
    });
  });
}

/**
 * Runs each task as soon as there is room for it beside those that run, earlier ones first.
 *
 * @param tasks each with `share`: how many cores it keeps busy; and maybe `after`: names of tasks that must have ended
 * @param cores how many there are; a task that needs more runs alone
 * @returns a promise of whether all of them succeeded
 */
export async function sideBySide(tasks, cores) {
  const failures = [];
  const waiting = [...tasks];
  const running = new Map();
  let taken = 0;
  const start = (task) => {
    taken += task.share;
    const end = run(task).then(({ text, passed }) => {
      if (!passed) failures.push(text);
      taken -= task.share;
      running.delete(task);
    });
    running.set(task, end);
  };
  const mayStart = ({ share, after = [] }) =>
    (running.size === 0 || taken + share <= cores) &&
    ![...waiting, ...running.keys()].some(({ name }) => after.includes(name));
  while (waiting.length > 0 || running.size > 0) {
    const next = waiting.findIndex(mayStart);
    if (next >= 0) start(...waiting.splice(next, 1));
    else await Promise.race(running.values());
  }
  for (const text of failures) process.stdout.write(`== again, what failed: ${text.slice('== '.length)}`);
  return failures.length === 0;
}
