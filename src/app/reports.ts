import type { Instant } from '../domain/time.js';
import type { Watchdog } from '../runtime/watchdog.js';
import { supervisionView } from '../views/supervision-view.js';
import type { Actors } from './assemble.js';
import type { BlindRecord } from './blind-record.js';
import type { Checkpoints } from './checkpoints.js';
import type { ClusterMember } from './cluster-member.js';
import type { DaemonFacts } from './daemon-facts.js';
import type { DiskOutlook } from './disk-outlook.js';
import type { EventHub } from './events/hub.js';
import { readFacts, readSupervision } from './facts.js';
import type { OwnershipCheck } from './ownership-check.js';
import type { AppPorts } from './ports.js';

interface ReportSources {
  readonly actors: Actors;
  readonly ports: Pick<AppPorts, 'clock' | 'processFacts' | 'otherMetrics'>;
  readonly watchdog: Watchdog;
  readonly ownership: OwnershipCheck;
  readonly blindness: BlindRecord;
  readonly checkpoints: Checkpoints;
  readonly events: EventHub;
  readonly member: ClusterMember;
  readonly diskOutlook: DiskOutlook;
  readonly tree: { inspect(): object };
}

/** What a daemon says about itself, to metrics and to people. */
export class Reports {
  readonly #sources: ReportSources;
  readonly #startedAt: Instant;

  constructor(sources: ReportSources) {
    this.#sources = sources;
    this.#startedAt = sources.ports.clock.wall();
  }

  async facts(unready: readonly string[]): Promise<DaemonFacts> {
    const { actors, ports, watchdog, ownership, blindness, checkpoints, events, member } = this.#sources;
    const counted = await readFacts(actors, {
      blind: blindness.totals,
      watchdog,
      wallSteps: checkpoints.wallSteps,
      isOwned: ownership.isOwned,
      daysLeft: (bytes, free) => this.#daysLeft(bytes, free),
    });
    const { readers, watchers, slow } = events;
    return {
      ...counted,
      events: { readers, watched: watchers.size, slow },
      ready: unready.length === 0,
      cluster: member.facts(),
      others: ports.otherMetrics?.() ?? [],
    };
  }

  async supervision(phase: string, unready: readonly string[]): Promise<object> {
    const { actors, ports, ownership, blindness, member, tree } = this.#sources;
    const read = await readSupervision(actors, ports.processFacts, ownership.isOwned, (bytes, free) =>
      this.#daysLeft(bytes, free),
    );
    return supervisionView({
      ...read,
      unready,
      cluster: member.facts(),
      phase,
      startedAt: this.#startedAt,
      uptime: ports.clock.wall() - this.#startedAt,
      blindIntervals: blindness.recent,
      tree: tree.inspect(),
    });
  }

  #daysLeft(bytes: number | undefined, free: number | undefined): number | undefined {
    const { diskOutlook, ports } = this.#sources;
    return diskOutlook.daysLeft(ports.clock.now(), bytes, free);
  }
}
