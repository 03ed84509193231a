import { useAction } from '../daemon/action.js';
import { useSession } from '../daemon/context.js';
import { formatDuration } from '../i18n/format.js';
import { t } from '../i18n/messages.js';
import { Question } from './question.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** How long a pause or a silence may last that is made here. */
export const SPANS = [30 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR, DAY, 7 * DAY, 30 * DAY];
const WAITS = [0, HOUR, 4 * HOUR, 12 * HOUR, DAY, 7 * DAY];

interface SilenceQuestionProps {
  readonly title: string;
  /** What it silences; asked for if it is absent. */
  readonly matchers?: readonly string[] | undefined;
  readonly cancel: () => void;
  /** It was made. */
  readonly done: () => void;
}

/** Makes a silence. */
export function SilenceQuestion({ title, matchers, cancel, done }: SilenceQuestionProps) {
  const { client, live } = useSession();
  const { error, act } = useAction();
  const spans = SPANS.map((span) => ({ value: String(span), text: formatDuration(span) }));
  const make = (answers: Readonly<Record<string, string>>): void => {
    const startsAt = live.now().getTime() + Number(answers['starts_at'] ?? 0);
    const silence = {
      matchers: matchers ?? linesIn(answers['matchers']),
      ...(answers['starts_at'] !== '0' && { startsAt: new Date(startsAt) }),
      endsAt: new Date(startsAt + Number(answers['ends_at'])),
      by: answers['by'] ?? '',
      ...(answers['reason'] !== '' && { reason: answers['reason'] }),
    };
    void act(() => client.silences.add(silence)).then((isDone) => isDone && done());
  };
  return (
    <Question
      title={title}
      text={matchers === undefined ? t.makeSilenceMeans : t.silenceMeans}
      fields={[
        ...(matchers === undefined
          ? [{ name: 'matchers', label: t.matchers, hint: t.matchersHint, isRequired: true, lines: 3 }]
          : []),
        {
          name: 'starts_at',
          label: t.begins,
          choices: WAITS.map((wait) => ({
            value: String(wait),
            text: wait === 0 ? t.beginsNow : t.beginsIn(formatDuration(wait)),
          })),
        },
        { name: 'ends_at', label: t.howLong, choices: spans },
        { name: 'by', label: t.yourName, isRequired: true },
        { name: 'reason', label: t.reason },
      ]}
      yes={t.silence}
      error={error}
      cancel={cancel}
      answer={make}
    />
  );
}

/** What stands in the lines of a text, without empty ones. */
function linesIn(text = ''): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
