// Runs commands side by side. Prints the output of each as a whole when it ends, with the time that it took, and
// the output of those that failed again at the end, where people look first.
import { spawn } from 'node:child_process';

/** Resolves with the output of the command, and whether it succeeded. */
function run({ name, command, args, env }) {
  const begun = Date.now();
  const printed = [];
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
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
 * Each lane runs one task after another. It takes the next one from the first of its queues that is not empty.
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
