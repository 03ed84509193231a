import { useId } from 'preact/hooks';
import type { Api } from '../../src/client/api/index.js';
import { useNow, useQuery, useSession } from '../daemon/context.js';
import { formatDuration } from '../i18n/format.js';
import { t } from '../i18n/messages.js';
import { Empty } from '../parts/empty.js';
import { Read } from '../parts/read.js';
import { Instant } from '../parts/time.js';

/** A reload changes them, and a turn ends by the clock. */
const EVERY = 30_000;

interface RotaNow {
  readonly rota: Api.Rota;
  readonly turn: Api.Turn;
}

/** Who is on call, and who comes next. */
export function Rotas() {
  const { client } = useSession();
  const rotas = useQuery(
    'rotas',
    async (signal): Promise<readonly RotaNow[]> => {
      const all = await client.rotas.list({ signal });
      return Promise.all(
        all.map(async (rota) => ({ rota, turn: await client.rotas.now(rota.name, { signal }) })),
      );
    },
    { every: EVERY },
  );
  return (
    <>
      <div class="view-head">
        <h1 tabIndex={-1}>{t.rotas}</h1>
      </div>
      <Read query={rotas}>
        {(shown) =>
          shown.length === 0 ? (
            <Empty title={t.noRotas}>{t.noRotasText}</Empty>
          ) : (
            <div class="cards">
              {shown.map((each) => (
                <RotaCard {...each} key={each.rota.name} />
              ))}
            </div>
          )
        }
      </Read>
    </>
  );
}

function RotaCard({ rota, turn }: RotaNow) {
  const now = useNow();
  const id = useId();
  // Between the end of a turn and the next reading.
  const isOver = now.getTime() >= turn.until.getTime();
  const on = isOver ? turn.next : turn.on;
  const { name, people, turns, handOver, timeZone } = rota;
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>{name}</h2>
      <p class="on-call">
        <span class="dim small">{t.onCallNow}</span>
        <b>{on.name}</b>
        <span class="dim small">
          {t.reachedBy(on.channel)}
          {!isOver && turn.insteadOf !== undefined && `, ${t.inPlaceOf(turn.insteadOf.name)}`}
        </span>
      </p>
      <dl class="facts">
        {!isOver && (
          <>
            <dt>{t.turnEnds}</dt>
            <dd>
              <Instant at={turn.until} />{' '}
              <span class="dim">({t.beginsIn(formatDuration(turn.until.getTime() - now.getTime()))})</span>
            </dd>
            <dt>{t.onCallNext}</dt>
            <dd>
              {turn.next.name} <span class="dim small">{t.reachedBy(turn.next.channel)}</span>
            </dd>
          </>
        )}
        <dt>{t.turnsOf}</dt>
        <dd>{turns === 'daily' ? t.daily(handOver, timeZone) : t.weekly(handOver, timeZone)}</dd>
        <dt>{t.inTurn}</dt>
        <dd>{people.map((person) => person.name).join(', ')}</dd>
      </dl>
    </section>
  );
}
