import { useEffect, useId, useRef } from 'preact/hooks';
import { useQuery, useSession } from '../../daemon/context.js';
import { t } from '../../i18n/messages.js';
import { Read } from '../../parts/read.js';
import { ALERT_TYPES } from '../alerts/alert-filter.js';
import { typeName } from '../alerts/delivery-labels.js';

interface PreviewDialogProps {
  readonly channel: string;
  readonly close: () => void;
}

/** The name of a type of alerts, or of the one message that is none. */
function nameOf(alert: string): string {
  const type = ALERT_TYPES.find((each) => each === alert);
  return type === undefined ? t.messageAboutMany : typeName(type);
}

/** What a channel would send. */
export function PreviewDialog({ channel, close }: PreviewDialogProps) {
  const { client } = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const previews = useQuery(`preview ${channel}`, (signal) => client.channels.preview(channel, { signal }));
  return (
    <dialog ref={dialog} class="question preview" aria-labelledby={id} onClose={close}>
      <div class="card-head">
        <h2 id={id}>{t.previewOf(channel)}</h2>
        <button
          type="button"
          class="button"
          aria-label={t.closePreview}
          onClick={() => dialog.current?.close()}
        >
          {t.close}
        </button>
      </div>
      <p class="dim small">{t.previewMeans}</p>
      <Read query={previews}>
        {(read) =>
          read.previews.length === 0 ? (
            <p>{t.previewNone}</p>
          ) : (
            read.previews.map(({ alert, sent }) => (
              <section key={alert} class="after" aria-label={nameOf(alert)}>
                <h3>{nameOf(alert)}</h3>
                {sent.length === 0 ? (
                  <p class="dim">{t.previewNothing}</p>
                ) : (
                  sent.map((body, at) => (
                    // Its text may be wide: the keyboard scrolls it, too.
                    <pre key={at} class="sent" tabIndex={0}>
                      <code>{body}</code>
                    </pre>
                  ))
                )}
              </section>
            ))
          )
        }
      </Read>
    </dialog>
  );
}
