import { AlertIds } from '../../src/domain/alert-id.js';
import type { AlertRecord } from '../../src/domain/alert.js';
import type { Calendar } from '../../src/ports/calendar.js';
import type { ChannelPolicy } from '../../src/ports/channel.js';
import type { Logger } from '../../src/ports/logger.js';
import type { Outbox } from '../../src/ports/outbox.js';
import type { DaemonEntry, OverrideEntry, SilenceEntry } from '../history/history.protocol.js';
import type { ChangeFeed } from '../shards/change-feed.js';
import type { ChannelTotals } from './channel/channel-totals.js';
import type { ChannelActor } from './channel/channel.actor.js';
import { Resender } from './channel/resender.js';
import type { NextHold } from './grouping/next-hold.js';
import { HoldQueue } from './grouping/hold-queue.js';
import { AlertWriter, type AlertWriterDeps } from './outbox/alert-writer.js';
import { AttemptIntents, IntentRegister } from './outbox/attempt-intents.js';
import { Deliveries } from './outbox/deliveries.js';
import { OpenAlerts } from './outbox/open-alerts.js';
import { Overflow, type OverflowOptions } from './outbox/overflow.js';
import { PreparedAlerts } from './outbox/prepared-alerts.js';
import { RaisedAlerts } from './outbox/raised-alerts.js';
import { Requests } from './outbox/requests.js';
import { restoreOutbox } from './outbox/restore.js';
import { AlertingRules } from './rules/alerting.js';
import { Closing } from './rules/closing.js';
import { DeliveryRules } from './rules/delivery-rules.js';
import { DueAlerts } from './rules/due-alerts.js';
import { Escalation } from './rules/escalation.js';
import { FailedNodes } from './rules/failed-nodes.js';
import { Flapping, FlappingSummaries, type FlappingOptions } from './rules/flapping.js';
import { Inhibition } from './rules/inhibition.js';
import { MassFailure, type MassFailureOptions } from './rules/mass-failure.js';
import { OngoingFailures } from './rules/ongoing-failures.js';
import { Reminders, type RemindersOptions } from './rules/reminders.js';
import { Silencing } from './rules/silencing.js';
import { OverrideRequests } from './overrides/override-requests.js';
import { OverrideTable } from './overrides/override-table.js';
import { Maintenance, type MaintenanceOptions } from './silences/maintenance.js';
import { SilenceRequests, type SilenceRequestsOptions } from './silences/silence-requests.js';
import { SilenceTable } from './silences/silence-table.js';
import type { AlertChange } from './notifier.protocol.js';
import { UnnotifiedChannels } from './rules/unnotified-channels.js';

export interface NotifierPartsOptions extends OverflowOptions, RemindersOptions {
  /** They may change while the daemon runs. */
  readonly channels: readonly ChannelPolicy[];
  readonly massFailure: MassFailureOptions;
  readonly flapping: FlappingOptions;
  readonly silences: SilenceRequestsOptions;
  readonly maintenance: MaintenanceOptions;
}

export interface NotifierPartsDeps extends AlertWriterDeps {
  readonly logger: Logger;
  readonly outbox: Outbox;
  /** Returns a number in [0, 1). */
  readonly random: () => number;
  readonly calendar: Calendar;
  readonly channels: ReadonlyMap<string, ChannelActor>;
  readonly totals: ChannelTotals;
  /** Absent where nobody listens. */
  readonly changes?: ChangeFeed<AlertChange>;
  /** Whether memory has room for these records of an earlier run. If not, the start fails once all are counted. */
  holds(records: readonly AlertRecord[]): boolean;
  /** Has history store what operators and maintenance windows change. */
  submitOfOperator(
    entry: SilenceEntry | OverrideEntry | Extract<DaemonEntry, { kind: 'silences' | 'overrides' }>,
  ): void;
  /** Gets the records that the disk cannot take at present. */
  committed(records: readonly AlertRecord[]): void;
}

export type NotifierParts = ReturnType<typeof makeNotifierParts>;

/** Makes the rules and the outbox of the notifier, and connects them. */
export function makeNotifierParts(options: NotifierPartsOptions, deps: NotifierPartsDeps) {
  const { clock, logger, channels, outbox } = deps;
  const routes = options.channels;

  const ids = new AlertIds(deps.random);
  const intents = new IntentRegister();
  const open = new OpenAlerts(deps.totals, intents, deps.changes);
  const unnotified = new UnnotifiedChannels();
  const writer = new AlertWriter(open, unnotified, deps, (records) => {
    deps.committed(records);
  });

  const failed = new FailedNodes();
  const massFailure = new MassFailure(options.massFailure);
  const flapping = new Flapping(options.flapping);
  const deliveryRules = new DeliveryRules(open, massFailure, flapping);
  const table = new SilenceTable(clock);
  const nextHold: NextHold = (record, hold) =>
    (hold === 'silence' ? undefined : silencing.nextHold(hold, record)) ??
    (hold === 'dependency' ? undefined : ongoingFailures.nextHold(hold, record));
  const holds = { ids, flapping, massFailure, nextHold };
  const holdQueue = new HoldQueue(open, holds);
  const rules = new AlertingRules(routes, { open, ids, massFailure, flapping, holdQueue, deliveryRules });

  const inhibition = new Inhibition(open, failed, holds);
  const silencing: Silencing = new Silencing({ open, failed, table, clock, rules: holds });
  const reminders = new Reminders(options, { open, failed, ids, inhibition, silencing });
  const escalation = new Escalation(routes, { open, failed, ids, unnotified, silencing });
  const receiverOf = (channel: string): string => channels.get(channel)?.receiverId ?? channel;
  const closing = new Closing({ routes, receiverOf }, { open, failed, ids, deliveryRules, unnotified });
  const overflow = new Overflow(options, { open, ids, logger, refusing: () => deps.refusing() });
  const lasting = { inhibition, silencing, reminders, escalation, closing, overflow, unnotified };
  const ongoingFailures: OngoingFailures = new OngoingFailures(routes, {
    open,
    failed,
    massFailure,
    ...lasting,
  });
  const summaries = new FlappingSummaries(open, flapping, nextHold);
  const silenceRequests = new SilenceRequests(options.silences, {
    table,
    ids,
    clock,
    changed: () => {
      silencing.check();
    },
    submit: (entry) => {
      deps.submitOfOperator(entry);
    },
  });
  const maintenance = new Maintenance(options.maintenance, {
    table,
    ids,
    clock,
    calendar: deps.calendar,
    changed: () => {
      silencing.check();
    },
    submit: (entry) => {
      deps.submitOfOperator(entry);
    },
  });
  const overrides = new OverrideTable();
  const overrideRequests = new OverrideRequests({
    table: overrides,
    ids,
    clock,
    submit: (entry) => {
      deps.submitOfOperator(entry);
    },
  });
  const dueAlerts = new DueAlerts({
    writer,
    massFailure,
    holdQueue,
    summaries,
    ongoingFailures,
    maintenance,
    silenceRequests,
  });

  const attemptIntents = new AttemptIntents(intents, {
    open,
    writer,
    clock,
    channels,
    isRota: (channel) => routes.some(({ name, kind }) => name === channel && kind === 'rota'),
    overridesAt: (begun) => overrides.at(begun),
    rebuiltGroup: (record, channel) => escalation.rebuiltGroup(record, channel, clock.wall()),
    upToDate: (alert) => massFailure.upToDate(alert),
    begins: (record, delivery) => {
      const times = { now: clock.now(), wall: clock.wall() };
      flapping.begins(record, delivery, times, open.messagesOfDeleted(record));
    },
  });
  const deliveries = new Deliveries(open, writer, attemptIntents, {
    clock,
    logger,
    channels,
    policies: routes,
    escalation,
  });
  const requests = new Requests({
    open,
    writer,
    ids,
    outbox,
    clock,
    logger,
    channels,
    silences: silenceRequests,
    overrides: overrideRequests,
  });
  const prepared = new PreparedAlerts({ writer, rules, closing, ongoingFailures, unnotified, silencing });
  const raised = new RaisedAlerts({
    writer,
    rules,
    overflow,
    ongoingFailures,
    prepared,
    silencing,
    unnotified,
  });
  const resender = new Resender(routes, { open, failed, unnotified, channels });

  return {
    open,
    writer,
    attemptIntents,
    deliveries,
    prepared,
    raised,
    requests,
    overflow,
    rules,
    flapping,
    holdQueue,
    dueAlerts,
    ongoingFailures,
    closing,
    unnotified,
    resender,
    silencing,
    silenceRequests,
    /** All silences. */
    silences: table,
    overrideRequests,
    /** All overrides of rotas. */
    overrides,
    /** Restores what an earlier run left. */
    restore: () =>
      restoreOutbox({
        outbox,
        clock,
        logger,
        holds: (records) => deps.holds(records),
        channels,
        open,
        ids,
        flapping,
        massFailure,
        holdQueue,
        ongoingFailures,
        deliveries,
        unnotified,
        silences: table,
        overrides,
        maintenance,
      }),
  };
}
