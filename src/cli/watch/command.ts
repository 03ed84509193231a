import { HeartbeatRequestError } from '../../client/api/request-error.js';
import type { Millis } from '../../domain/time.js';
import { aborted } from '../aborted.js';
import { daemonCommand, type CommandDeps } from '../api/api-command.js';
import type { Daemon } from '../api/daemon.js';
import { eventLine } from '../api/events-command.js';
import { SUCCESS, WRONG_USAGE } from '../exit-codes.js';
import { Interrupts } from '../interrupts.js';
import { screenOf } from '../output/screen.js';
import { LiveTerminal } from './terminal.js';
import { watchPicture, type Watched } from './watch-picture.js';

/** How often all of it is read, without an event; and how soon after one. */
const EVERY: Millis = 5000;
const AFTER_EVENT: Millis = 300;
const MOST_EVENTS = 200;
const QUIT = ['q', 'Q', '\u0003', '\u0004'];

export const watch = daemonCommand(
  {
    scope: 'read',
    description: 'Show what fails and what happens on a live screen, until q is pressed.',
    hasJson: false,
  },
  async (daemon, _given, { context, screen }) => {
    if (!screen.isTerminal) {
      context.stderr.write(
        'heartbeat: watch needs a terminal. "heartbeat events" prints lines, and JSON with --json.\n',
      );
      return WRONG_USAGE;
    }
    const interrupts = new Interrupts(process, () => process.exit(SUCCESS));
    const signal = interrupts.nextPhase();
    const terminal = new LiveTerminal(process.stdout, process.stdin, (key) => {
      if (QUIT.some((each) => key.includes(each))) interrupts.endPhase();
    });
    terminal.open();
    try {
      await new LiveScreen(daemon, terminal, context, signal).run();
      return SUCCESS;
    } catch (error) {
      if (signal.aborted) return SUCCESS;
      throw error;
    } finally {
      terminal.close();
      interrupts.release();
    }
  },
);

/** Reads what is shown, again after each event, and draws it. */
class LiveScreen {
  readonly #daemon: Daemon;
  readonly #terminal: LiveTerminal;
  readonly #context: CommandDeps['context'];
  readonly #signal: AbortSignal;
  #watched: Watched;
  #events: string[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(daemon: Daemon, terminal: LiveTerminal, context: CommandDeps['context'], signal: AbortSignal) {
    this.#daemon = daemon;
    this.#terminal = terminal;
    this.#context = context;
    this.#signal = signal;
    const nothing = { readiness: undefined, stats: undefined, at: undefined, trouble: undefined };
    this.#watched = { ...nothing, url: daemon.url, failing: [], events: [] };
  }

  /** @throws HeartbeatRequestError if the daemon refuses for good; the reason of the signal once that is aborted */
  async run(): Promise<void> {
    const { stdout } = process;
    stdout.on('resize', this.#draw);
    const drawing = setInterval(this.#draw, 1000);
    try {
      this.#draw();
      await Promise.race([this.#follow(), this.#readAgain(), aborted(this.#signal)]);
    } finally {
      clearInterval(drawing);
      clearTimeout(this.#timer);
      stdout.off('resize', this.#draw);
    }
  }

  async #follow(): Promise<void> {
    for await (const event of this.#daemon.client.events({ signal: this.#signal })) {
      if (event.type !== 'state')
        this.#events = [eventLine(event, this.#screen), ...this.#events].slice(0, MOST_EVENTS);
      this.#wake();
    }
  }

  #wake = (): void => undefined;

  async #readAgain(): Promise<void> {
    for (;;) {
      await this.#read();
      this.#draw();
      await this.#rest();
    }
  }

  /** Until it is time to read again, or soon after an event. */
  #rest(): Promise<void> {
    return new Promise((resolve) => {
      this.#timer = setTimeout(resolve, EVERY);
      this.#wake = () => {
        this.#wake = () => undefined;
        clearTimeout(this.#timer);
        this.#timer = setTimeout(resolve, AFTER_EVENT);
      };
    });
  }

  async #read(): Promise<void> {
    const { client, calls } = this.#daemon;
    const signal = this.#signal;
    try {
      const [readiness, stats, failed, late] = await Promise.all([
        client.ready({ signal }),
        client.stats({ signal }),
        calls.call('nodes', { query: { state: 'failed' }, signal }),
        calls.call('nodes', { query: { state: 'inactive' }, signal }),
      ]);
      const failing = [...failed.nodes, ...late.nodes];
      this.#watched = { ...this.#watched, readiness, stats, failing, at: new Date(), trouble: undefined };
    } catch (error) {
      if (!(error instanceof HeartbeatRequestError) || error.status === 401 || error.status === 403)
        throw error;
      this.#watched = { ...this.#watched, trouble: error.message };
    }
  }

  get #screen(): ReturnType<typeof screenOf> {
    return screenOf(process.stdout, this.#context.env);
  }

  readonly #draw = (): void => {
    const { rows } = process.stdout;
    this.#terminal.draw(
      watchPicture({ ...this.#watched, events: this.#events }, this.#screen, rows < 1 ? ROWS : rows),
    );
  };
}

const ROWS = 24;
