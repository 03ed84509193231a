import type { GatewayLimits, GatewayOptions } from '../../../src/http/gateway-options.js';
import type { AuthOptions } from '../../../src/http/security/credentials.js';
import { recordingChannel } from '../../support/recording-channel.js';
import { RecordingAlerting } from '../../support/recording-alerting.js';
import { SimulatedApp } from '../../support/simulated-app.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import { diskUnderTest } from '../../support/store-under-test.js';
import { ServedDaemon } from '../support/served-daemon.js';

/** On a disk that can refuse, and without a notifier. */
export class DaemonOverHttp extends ServedDaemon {
  readonly #disk: ReturnType<typeof diskUnderTest>;
  readonly alerting: RecordingAlerting;

  constructor(
    flags: Readonly<Record<string, string>> = {},
    auth?: AuthOptions,
    limits?: Partial<GatewayLimits>,
    signing?: Pick<GatewayOptions, 'links' | 'badges' | 'public_url' | 'cors' | 'statusPages' | 'docs'>,
  ) {
    const disk = diskUnderTest();
    const clock = new SimulatedClock();
    clock.waitsFor = () => disk.busy > 0;
    const alerting = new RecordingAlerting();
    const channels = [recordingChannel('ops').channel, recordingChannel('chat').channel];
    super(
      new SimulatedApp({ flags, clock, store: disk.attach(), alerting, channels }),
      auth,
      limits,
      signing,
    );
    this.#disk = disk;
    this.alerting = alerting;
  }

  static start(
    flags?: Readonly<Record<string, string>>,
    auth?: AuthOptions,
    limits?: Partial<GatewayLimits>,
    signing?: Pick<GatewayOptions, 'links' | 'badges' | 'public_url' | 'cors' | 'statusPages' | 'docs'>,
  ): Promise<DaemonOverHttp> {
    return new DaemonOverHttp(flags, auth, limits, signing).serve();
  }

  /** Whether the disk refuses writes. */
  set isDiskFull(full: boolean) {
    if (full) this.#disk.refuse('dropped');
    else this.#disk.mend();
  }

  override stop(): Promise<void> {
    this.isDiskFull = false;
    return super.stop();
  }
}
