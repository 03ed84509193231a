// Runs commands side by side. What each of them prints is printed when it is over, whole, with the time that it took;
// what those that failed have printed is printed again at the end, where somebody looks first.
import { spawn } from 'node:child_process';

/** Resolves with what the command has printed, and whether it succeeded. */
function run({ name, command, args }) {
  const begun = Date.now();
  const printed = [];
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
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
 * Each lane runs one task after another, and takes the next from the first of its queues that has one left.
 * Resolves with whether all of them succeeded.
 */
export async function sideBySide(lanes) {
  const failures = [];
  const work = async (queues) => {
    for (;;) {
      const task = queues.find((queue) => queue.length > 0)?.shift();
      if (task === undefined) return;
      const { text, passed } = await run(task);
      if (!passed) failures.push(text);
    }
  };
  await Promise.all(lanes.map(work));
  for (const text of failures) process.stdout.write(`== again, what failed: ${text.slice('== '.length)}`);
  return failures.length === 0;
}
