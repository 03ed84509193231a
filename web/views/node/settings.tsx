import { useState } from 'preact/hooks';
import { HeartbeatRequestError, type Api } from '../../../src/client/api/index.js';
import { useAction } from '../../daemon/action.js';
import { useSession } from '../../daemon/context.js';
import { unplaced } from '../../daemon/problems.js';
import { t } from '../../i18n/messages.js';
import { Problem } from '../../parts/notice.js';
import { changesIn, formOf, merged, type SettingsForm } from './settings-form.js';
import { PLACED, SettingsFields } from './settings-fields.js';

interface SettingsProps {
  readonly node: Api.NodeInDetail;
  readonly channels: readonly string[];
  readonly changed: () => void;
}

/** What is edited: the settings as they were read, and as they stand in the fields. */
interface Draft {
  readonly tag: string;
  /** The tag that the page had at that time, which may be an older one. */
  readonly shown: string;
  readonly before: SettingsForm;
  readonly form: SettingsForm;
}

/** All settings of a node, to edit. */
export function Settings({ node, channels, changed }: SettingsProps) {
  const { client } = useSession();
  const { act, error } = useAction();
  const [draft, setDraft] = useState<Draft>();
  if (node.declared === true)
    return (
      <section class="card" aria-labelledby="settings">
        <h2 id="settings">{t.settings}</h2>
        <p>{t.declaredSettings}</p>
      </section>
    );
  // What the page shows may be seconds old.
  const begin = (): Promise<boolean> =>
    act(async () => {
      const read = await client.nodes.get(node.name);
      if (read === undefined) throw new Error(t.unknownNode);
      const form = formOf(read);
      setDraft({ tag: read.settingsTag, shown: node.settingsTag, before: form, form });
    });
  return (
    <section class="card" aria-labelledby="settings">
      <div class="card-head">
        <h2 id="settings">{t.settings}</h2>
        {draft === undefined && (
          <button type="button" class="button" onClick={() => void begin()}>
            {t.editSettings}
          </button>
        )}
      </div>
      {draft === undefined ? (
        <>
          <p class="dim">{t.settingsText}</p>
          {error !== undefined && <Problem error={error} />}
        </>
      ) : (
        <Editor
          node={node}
          channels={channels}
          draft={draft}
          setDraft={setDraft}
          close={() => setDraft(undefined)}
          saved={() => {
            setDraft(undefined);
            changed();
          }}
        />
      )}
    </section>
  );
}

interface EditorProps {
  readonly node: Api.NodeInDetail;
  readonly channels: readonly string[];
  readonly draft: Draft;
  readonly setDraft: (draft: Draft) => void;
  readonly close: () => void;
  readonly saved: () => void;
}

function Editor({ node, channels, draft, setDraft, close, saved }: EditorProps) {
  const { client } = useSession();
  const { act, error, isUnderWay, forget } = useAction();
  const { tag, shown, before, form } = draft;
  const isRefused = error instanceof HeartbeatRequestError && error.status === 412;
  // Somebody may have saved while these fields were filled in.
  const isOutdated = isRefused || (node.settingsTag !== tag && node.settingsTag !== shown);
  const rest = isRefused ? undefined : unplaced(error, PLACED);
  const save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const changes = changesIn(before, form);
    if (Object.keys(changes).length === 0) close();
    else if (await act(() => client.nodes.register(node.name, changes, { settingsTag: tag }))) saved();
  };
  const rebase = async (): Promise<void> => {
    await act(async () => {
      const read = await client.nodes.get(node.name);
      if (read === undefined) throw new Error(t.unknownNode);
      const theirs = formOf(read);
      setDraft({
        tag: read.settingsTag,
        shown: node.settingsTag,
        before: theirs,
        form: merged(before, form, theirs),
      });
    });
  };
  return (
    <form class="settings" onSubmit={(event) => void save(event)}>
      {isOutdated && (
        <div class="notice" role="alert">
          <strong>{t.changedMeanwhile}</strong>
          <p>{t.changedMeanwhileText}</p>
          <button type="button" class="button" disabled={isUnderWay} onClick={() => void rebase()}>
            {t.readAgain}
          </button>
        </div>
      )}
      <SettingsFields
        form={form}
        error={isRefused ? undefined : error}
        channels={channels}
        set={(part) => {
          forget();
          setDraft({ ...draft, form: { ...form, ...part } });
        }}
      />
      {rest !== undefined && (
        <p class="notice" role="alert">
          {rest.message}
        </p>
      )}
      <div class="question-end">
        <button type="button" class="button" onClick={close}>
          {t.cancel}
        </button>
        <button type="submit" class="button" data-kind="main" disabled={isUnderWay || isOutdated}>
          {t.saveSettings}
        </button>
      </div>
    </form>
  );
}
