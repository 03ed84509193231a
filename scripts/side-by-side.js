// Runs commands side by side. Prints the output of each as a whole when it ends, with its time and processor time, and
// the output of those that failed again at the end, where people look first.
import { spawn } from 'node:child_process';
import { cpus } from 'node:os';

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

/** How often the machine is looked at, and how many looks in a row decide. */
const LOOK_MS = 1000;
const LOOKS = 3;
/** Idle cores that have room for one more task: most tasks wait half of the time. */
const ROOM = 0.3;
/** Per core: with more, programs would wait for each other more than they work. */
const MOST = 3;

/** How much of its time each core was idle and busy, since the machine started. */
function coreTimes() {
  const cores = cpus().map(({ times }) => times);
  const sum = (all) => all.reduce((total, one) => total + one, 0);
  return {
    idle: sum(cores.map(({ idle }) => idle)),
    all: sum(cores.flatMap((times) => Object.values(times))),
    cores: cores.length,
  };
}

/** Tells whether the machine has had room for one more task of late. */
class Room {
  #before = coreTimes();
  #idle = [];

  look() {
    const now = coreTimes();
    const passed = now.all - this.#before.all;
    this.#idle.push(passed === 0 ? 0 : ((now.idle - this.#before.idle) / passed) * now.cores);
    this.#before = now;
  }

  /** Whether there is room, which is taken then: what is begun shows only later. */
  take() {
    const latest = this.#idle.slice(-LOOKS);
    if (latest.length < LOOKS || latest.reduce((total, one) => total + one, 0) < ROOM * LOOKS) return false;
    this.#idle = [];
    return true;
  }
}

/**
 * Runs each task as soon as there is room for it beside those that run, earlier ones first. There is room if fewer tasks
 * run than there are cores, or if the machine is idle: most tests wait, and how much depends on the machine.
 *
 * @param tasks maybe with `after`: names of tasks that must have ended
 * @param cores how many to use
 * @returns a promise of whether all of them succeeded
 */
export async function sideBySide(tasks, cores) {
  const failures = [];
  const waiting = [...tasks];
  const running = new Map();
  const room = new Room();
  const start = (task) => {
    const end = run(task).then(({ text, passed }) => {
      if (!passed) failures.push(text);
      running.delete(task);
    });
    running.set(task, end);
  };
  const mayStart = ({ after = [] }) =>
    ![...waiting, ...running.keys()].some(({ name }) => after.includes(name));
  const startNext = () => {
    const next = waiting.findIndex(mayStart);
    const hasRoom = running.size < cores || (running.size < MOST * cores && next >= 0 && room.take());
    if (next >= 0 && hasRoom) start(...waiting.splice(next, 1));
    return next >= 0 && hasRoom;
  };
  const looking = setInterval(() => {
    room.look();
    startNext();
  }, LOOK_MS);
  while (waiting.length > 0 || running.size > 0) {
    while (startNext());
    await Promise.race(running.values());
  }
  clearInterval(looking);
  for (const text of failures) process.stdout.write(`== again, what failed: ${text.slice('== '.length)}`);
  return failures.length === 0;
}
