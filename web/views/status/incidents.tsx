import { useState } from 'preact/hooks';
import type { Api } from '../../../src/client/api/index.js';
import { useAction } from '../../daemon/action.js';
import { useQuery, useSession } from '../../daemon/context.js';
import { t } from '../../i18n/messages.js';
import { Question, type Answers, type Field } from '../../parts/question.js';
import { Read } from '../../parts/read.js';
import { Shape } from '../../parts/state.js';
import { Instant } from '../../parts/time.js';

type State = Api.StatusIncident['state'];

const EVERY = 10_000;
const STATES = ['investigating', 'identified', 'monitoring', 'resolved'] as const satisfies readonly State[];

/** What somebody was asked: for a new incident, an update of one, or whether to remove it. */
type Asked =
  | { readonly kind: 'begin' }
  | { readonly kind: 'update' | 'remove'; readonly of: Api.StatusIncident };

/** What was written on a status page, and what is to be written. */
export function StatusIncidents({ page }: { readonly page: string }) {
  const { client, mayChange } = useSession();
  const [asked, setAsked] = useState<Asked>();
  const incidents = useQuery(`incidents ${page}`, (signal) => client.status.incidents(page, { signal }), {
    every: EVERY,
  });
  const close = (): void => setAsked(undefined);
  return (
    <section class="card" aria-labelledby="incidents">
      <div class="card-head">
        <h2 id="incidents">{t.statusIncidents}</h2>
        {mayChange && (
          <button type="button" class="button" onClick={() => setAsked({ kind: 'begin' })}>
            {t.writeIncident}
          </button>
        )}
      </div>
      <Read query={incidents}>
        {(written) =>
          written.length === 0 ? (
            <p class="dim">{t.noStatusIncidents}</p>
          ) : (
            <ul class="rows">
              {written.map((incident) => (
                <IncidentRow
                  key={incident.id}
                  incident={incident}
                  ask={mayChange ? (kind) => setAsked({ kind, of: incident }) : undefined}
                />
              ))}
            </ul>
          )
        }
      </Read>
      {asked !== undefined && (
        <IncidentQuestion
          page={page}
          asked={asked}
          cancel={close}
          done={() => {
            close();
            incidents.reload();
          }}
        />
      )}
    </section>
  );
}

interface IncidentRowProps {
  readonly incident: Api.StatusIncident;
  /** Absent where nothing can be written. */
  readonly ask: ((kind: 'update' | 'remove') => void) | undefined;
}

function IncidentRow({ incident, ask }: IncidentRowProps) {
  const { title, state, updates } = incident;
  return (
    <li class="incident-row">
      <div class="incident-head">
        <h3>{title}</h3>
        <span class="state">
          <Shape state={state === 'resolved' ? 'active' : 'inactive'} />
          {t[state]}
        </span>
      </div>
      <ol class="incident-updates">
        {updates.toReversed().map((update, index) => (
          <li key={updates.length - index}>
            <p class="dim small">
              {t[update.state]}, <Instant at={update.at} />
            </p>
            <p class="written">{update.text}</p>
          </li>
        ))}
      </ol>
      {ask !== undefined && (
        <div class="incident-actions">
          <button
            type="button"
            class="button"
            onClick={() => ask('update')}
            aria-label={`${t.writeUpdate}: ${title}`}
          >
            {t.writeUpdate}
          </button>
          <button
            type="button"
            class="button"
            onClick={() => ask('remove')}
            aria-label={`${t.removeIncident}: ${title}`}
          >
            {t.removeIncident}
          </button>
        </div>
      )}
    </li>
  );
}

interface IncidentQuestionProps {
  readonly page: string;
  readonly asked: Asked;
  readonly cancel: () => void;
  readonly done: () => void;
}

function IncidentQuestion({ page, asked, cancel, done }: IncidentQuestionProps) {
  const { client } = useSession();
  const { error, act } = useAction();
  const write = ({ title = '', text = '', state: chosen }: Answers): void => {
    const state = STATES.find((each) => each === chosen) ?? 'investigating';
    const call = (): Promise<unknown> =>
      asked.kind === 'begin'
        ? client.status.begin(page, { title, text, state })
        : asked.kind === 'update'
          ? client.status.update(page, asked.of.id, { text, state })
          : client.status.remove(page, asked.of.id);
    void act(call).then((isDone) => isDone && done());
  };
  const common = { error, cancel, answer: write };
  if (asked.kind === 'remove')
    return (
      <Question
        title={t.removeIncidentOf(asked.of.title)}
        text={t.removeIncidentMeans}
        fields={[]}
        yes={t.removeIncident}
        isDangerous
        {...common}
      />
    );
  const state: Field = {
    name: 'state',
    label: t.incidentState,
    choices: inOrder(asked.kind === 'update' ? asked.of.state : 'investigating').map((each) => ({
      value: each,
      text: t[each],
    })),
  };
  const text: Field = { name: 'text', label: t.incidentText, isRequired: true, lines: 4, isProse: true };
  return (
    <Question
      title={asked.kind === 'begin' ? t.writeIncident : t.updateOf(asked.of.title)}
      text={t.writeIncidentMeans}
      fields={
        asked.kind === 'begin'
          ? [{ name: 'title', label: t.incidentTitle, isRequired: true }, state, text]
          : [state, text]
      }
      yes={t.publish}
      {...common}
    />
  );
}

/** The state that it has comes first, and is chosen with it. */
function inOrder(first: State): readonly State[] {
  return [first, ...STATES.filter((state) => state !== first)];
}
