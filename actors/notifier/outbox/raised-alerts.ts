import type { NodeChange } from '../notifier.protocol.js';
import type { AlertingRules } from '../rules/alerting.js';
import type { Circumstances } from '../rules/delivery-rules.js';
import type { OngoingFailures } from '../rules/ongoing-failures.js';
import type { Silencing } from '../rules/silencing.js';
import type { UnnotifiedChannels } from '../rules/unnotified-channels.js';
import type { AlertWriter } from './alert-writer.js';
import type { Overflow } from './overflow.js';
import type { PreparedAlerts } from './prepared-alerts.js';

interface RaisedAlertsDeps {
  readonly writer: AlertWriter;
  readonly rules: AlertingRules;
  readonly overflow: Overflow;
  readonly ongoingFailures: OngoingFailures;
  readonly prepared: PreparedAlerts;
  readonly silencing: Silencing;
  readonly unnotified: UnnotifiedChannels;
}

type Raised = ReturnType<AlertingRules['raise']>;

/** The alerts that flips of nodes raise. */
export class RaisedAlerts {
  readonly #deps: RaisedAlertsDeps;

  constructor(deps: RaisedAlertsDeps) {
    this.#deps = deps;
  }

  raise(change: NodeChange, circumstances: Circumstances): Raised {
    const { ongoingFailures, overflow, prepared, rules, silencing, writer } = this.#deps;
    const { flip, node, isPaused } = change;
    const unnotified = this.#deps.unnotified.of(node.name);
    const cause = ongoingFailures.flipped(change, circumstances.now, circumstances.wall);
    const silencedBy = silencing.of(node);
    // A later failure is another one, whose channels are notified: that has to be on disk before it. What its recovery
    // changes is stored after it.
    if (flip.to === 'failed') writer.submit();
    if (!isPaused) prepared.flipped(change);
    if (isPaused || overflow.takes(node.name)) return { records: [], hold: undefined };
    const raised = rules.raise(change, { ...circumstances, cause, unnotified, silencedBy });
    ongoingFailures.raised(raised.records);
    return raised;
  }
}
