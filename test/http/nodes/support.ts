import type { AuthOptions } from '../../../src/http/security/credentials.js';
import { recordingChannel } from '../../support/recording-channel.js';
import { RecordingAlerting } from '../../support/recording-alerting.js';
import { RefusingStore } from '../../support/refusing-store.js';
import { SimulatedApp } from '../../support/simulated-app.js';
import { ServedDaemon } from '../support/served-daemon.js';

/** With a store that can refuse, and without a notifier. */
export class DaemonOverHttp extends ServedDaemon {
  readonly store: RefusingStore;
  readonly alerting: RecordingAlerting;

  constructor(flags: Readonly<Record<string, string>> = {}, auth?: AuthOptions) {
    const store = new RefusingStore();
    const alerting = new RecordingAlerting();
    const channels = [recordingChannel('ops').channel, recordingChannel('chat').channel];
    super(new SimulatedApp({ flags, store, alerting, channels }), auth);
    this.store = store;
    this.alerting = alerting;
  }

  static start(flags?: Readonly<Record<string, string>>, auth?: AuthOptions): Promise<DaemonOverHttp> {
    return new DaemonOverHttp(flags, auth).serve();
  }

  override stop(): Promise<void> {
    this.store.full = false;
    return super.stop();
  }
}
