import { useAction } from '../daemon/action.js';
import { useSession } from '../daemon/context.js';
import { formatSeconds } from '../i18n/format.js';
import { t } from '../i18n/messages.js';
import { Question } from './question.js';

const HOUR = 3600;
/** In seconds. */
const SPANS = [HOUR, 4 * HOUR, 24 * HOUR, 7 * 24 * HOUR];

interface SilenceQuestionProps {
  readonly title: string;
  readonly matchers: readonly string[];
  readonly cancel: () => void;
  /** It was made. */
  readonly done: () => void;
}

/** Makes a silence. */
export function SilenceQuestion({ title, matchers, cancel, done }: SilenceQuestionProps) {
  const { client, live } = useSession();
  const { error, act } = useAction();
  return (
    <Question
      title={title}
      text={t.silenceMeans}
      fields={[
        {
          name: 'span',
          label: t.howLong,
          choices: SPANS.map((span) => ({ value: String(span), text: formatSeconds(span) })),
        },
        { name: 'by', label: t.yourName, isRequired: true },
        { name: 'reason', label: t.reason },
      ]}
      yes={t.silence}
      error={error}
      cancel={cancel}
      answer={({ span, by = '', reason }) =>
        void act(() =>
          client.silences.add({
            matchers,
            endsAt: new Date(live.now().getTime() + Number(span) * 1000),
            by,
            reason: reason === '' ? undefined : reason,
          }),
        ).then((isDone) => isDone && done())
      }
    />
  );
}
