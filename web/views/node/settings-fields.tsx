import type { ComponentChildren } from 'preact';
import { problemWith, type Paths } from '../../daemon/problems.js';
import { t } from '../../i18n/messages.js';
import { Entry } from '../../parts/entry.js';
import { TextField, type TextOptions } from '../../parts/text-field.js';
import { TYPES, type SettingsForm } from './settings-form.js';

interface FieldsProps {
  readonly form: SettingsForm;
  readonly error: Error | undefined;
  /** Those that the daemon has. */
  readonly channels: readonly string[];
  readonly set: (part: Partial<SettingsForm>) => void;
}

/** The fields that are texts, with what stands for them in the body of the call. */
const PATHS = {
  timeout: 'timeout',
  maxRetries: 'max_retries',
  min: 'timeout.min',
  max: 'timeout.max',
  threshold: 'timeout.threshold',
  every: 'schedule.every',
  cron: 'schedule.cron',
  timeZone: 'schedule.time_zone',
  late: 'schedule.grace',
  grace: 'grace',
  slug: 'slug',
  target: ['probe.http', 'probe.tcp', 'probe.tls', 'probe.dns'],
  probeEvery: 'probe.every',
  maxMs: 'probe.expect.max_ms',
  status: 'probe.expect.status',
  header: 'probe.expect.header',
  body: 'probe.expect.body',
  certificateDays: 'probe.expect.certificate_days',
  redirects: 'probe.expect.redirects',
  type: 'probe.type',
  server: 'probe.server',
  answer: 'probe.expect.answer',
  labels: 'labels',
  channels: 'channels',
  dependsOn: 'depends_on',
} as const satisfies Partial<Record<keyof SettingsForm, Paths>>;

type TextName = keyof typeof PATHS;

/** What has a field of its own to be wrong beside. */
export const PLACED: readonly Paths[] = Object.values(PATHS);

/** All settings, by what they are for. */
export function SettingsFields({ form, error, channels, set }: FieldsProps) {
  const text = (name: TextName, label: string, options: TextOptions = {}) => (
    <TextField
      key={name}
      label={label}
      value={form[name]}
      problem={problemWith(error, PATHS[name])}
      change={(value) => set({ [name]: value })}
      {...options}
    />
  );
  const seconds = { isNumber: true, hint: t.inSeconds };
  const isJob = form.expects === 'every' || form.expects === 'cron';
  return (
    <>
      <Group title={t.settingsExpects}>
        <Choice
          label={t.expectsKind}
          value={form.expects}
          choices={[
            ['timeout', t.expectsTimeout],
            ['adaptive', t.expectsAdaptive],
            ['every', t.expectsEvery],
            ['cron', t.expectsCron],
          ]}
          change={(expects) => set({ expects })}
        />
        {form.expects === 'timeout' && text('timeout', t.timeout, { isNumber: true, hint: t.orDefault })}
        {form.expects === 'adaptive' && [
          text('min', t.timeoutMin, seconds),
          text('max', t.timeoutMax, seconds),
          text('threshold', t.threshold, { isNumber: true, hint: t.thresholdHint }),
        ]}
        {form.expects === 'every' && text('every', t.every, seconds)}
        {form.expects === 'cron' && [
          text('cron', t.cron, { lines: 2, hint: t.cronHint }),
          text('timeZone', t.timeZone, { hint: t.timeZoneHint }),
        ]}
        {isJob
          ? text('late', t.scheduleGrace, { isNumber: true, hint: t.graceHint })
          : [
              text('maxRetries', t.maxRetries, { isNumber: true, hint: t.orDefault }),
              text('grace', t.grace, { isNumber: true, hint: t.graceHint }),
            ]}
        {text('slug', t.slug, { hint: t.slugHint })}
      </Group>
      {!isJob && (
        <Group title={t.settingsProbe}>
          <Choice
            label={t.probeKind}
            value={form.probe}
            choices={[
              ['none', t.probeNone],
              ['http', 'HTTP'],
              ['tcp', 'TCP'],
              ['tls', 'TLS'],
              ['dns', 'DNS'],
            ]}
            change={(probe) => set({ probe })}
          />
          {form.probe !== 'none' && <ProbeFields form={form} text={text} set={set} />}
        </Group>
      )}
      <Group title={t.settingsAlerts}>
        <Choice
          label={t.sendsTo}
          value={form.sendsTo}
          choices={[
            ['all', t.allChannels],
            ['some', t.theseChannels],
          ]}
          change={(sendsTo) => set({ sendsTo })}
        />
        {form.sendsTo === 'some' &&
          text('channels', t.channels, {
            lines: 3,
            hint: channels.length === 0 ? t.oneALine : t.channelsHint(channels.join(', ')),
          })}
        {text('dependsOn', t.dependsOn, { lines: 3, hint: t.dependsOnHint })}
        {text('labels', t.labels, { lines: 3, hint: t.labelsHint })}
      </Group>
    </>
  );
}

interface ProbeFieldsProps {
  readonly form: SettingsForm;
  readonly text: (name: TextName, label: string, options?: TextOptions) => ComponentChildren;
  readonly set: (part: Partial<SettingsForm>) => void;
}

function ProbeFields({ form, text, set }: ProbeFieldsProps) {
  const { probe } = form;
  const number = (hint: string): TextOptions => ({ isNumber: true, hint });
  return (
    <>
      {text('target', probe === 'http' ? t.probeUrl : probe === 'dns' ? t.probeName : t.probeAddress)}
      {text('probeEvery', t.probeEvery, number(t.probeEveryHint))}
      {text('maxMs', t.maxMs, number(t.maxMsHint))}
      {probe === 'http' && [
        text('status', t.statuses, { hint: t.statusesHint }),
        text('header', t.headers, { lines: 2, hint: t.headersHint }),
        text('body', t.bodyText, { hint: t.bodyTextHint }),
        text('redirects', t.redirects, number(t.redirectsHint)),
      ]}
      {(probe === 'http' || probe === 'tls') &&
        text('certificateDays', t.certificateDays, number(t.daysHint))}
      {probe === 'dns' && (
        <>
          <Choice
            label={t.recordType}
            value={form.type}
            choices={TYPES.map((type) => [type, type])}
            change={(type) => set({ type })}
          />
          {text('server', t.nameServer, { hint: t.nameServerHint })}
          {text('answer', t.records, { lines: 2, hint: t.recordsHint })}
        </>
      )}
    </>
  );
}

function Group({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <fieldset class="settings-group">
      <legend>{title}</legend>
      <div class="settings-fields">{children}</div>
    </fieldset>
  );
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly choices: readonly (readonly [Value, string])[];
  readonly change: (value: Value) => void;
}

function Choice<Value extends string>({ label, value, choices, change }: ChoiceProps<Value>) {
  return (
    <Entry label={label}>
      {(attributes) => (
        <select
          {...attributes}
          class="input"
          value={value}
          onChange={({ currentTarget }) => {
            const chosen = choices.find(([each]) => each === currentTarget.value);
            if (chosen !== undefined) change(chosen[0]);
          }}
        >
          {choices.map(([each, name]) => (
            <option key={each} value={each}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Entry>
  );
}
