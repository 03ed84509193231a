import { useEffect, useRef, useState } from 'preact/hooks';
import { HeartbeatRequestError, type Api } from '../../../src/client/api/index.js';
import { useAction } from '../../daemon/action.js';
import { useSession } from '../../daemon/context.js';
import { problemWith, unplaced } from '../../daemon/problems.js';
import { t } from '../../i18n/messages.js';
import { Entry } from '../../parts/entry.js';
import { TextField } from '../../parts/text-field.js';
import {
  dataUrlOf,
  formOfPage,
  NEW_PAGE,
  pageIn,
  withGroup,
  withGroupPart,
  type GroupForm,
  type PageForm,
} from './page-form.js';

interface PageEditorProps {
  /** Undefined for a new one. */
  readonly page: Api.StatusPage | undefined;
  readonly cancel: () => void;
  readonly saved: (page: Api.StatusPage) => void;
}

/** All settings of a status page, to edit, or of a new one. */
export function PageEditor({ page, cancel, saved }: PageEditorProps) {
  const { client } = useSession();
  const { act, error, isUnderWay, forget } = useAction();
  const [form, setForm] = useState<PageForm>(() => (page === undefined ? NEW_PAGE : formOfPage(page)));
  // The tag of what is edited: the page may be read again meanwhile.
  const [tag] = useState(page?.settingsTag);
  const first = useRef<HTMLFormElement>(null);
  useEffect(() => first.current?.querySelector('input')?.focus(), []);
  const set = (next: PageForm): void => {
    forget();
    setForm(next);
  };
  const save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const slug = form.slug.trim();
    const condition = page === undefined ? { onlyNew: true } : { settingsTag: tag };
    await act(async () => {
      saved(await client.status.putPage(slug, pageIn(form), condition));
    });
  };
  const isRefused = error instanceof HeartbeatRequestError && error.status === 412;
  const rest = isRefused
    ? page === undefined
      ? t.pageNameTaken
      : t.changedMeanwhile
    : unplaced(error, ['title', 'website', 'time_zone', 'logo', ...groupPaths(form)])?.message;
  const text = (
    name: 'slug' | 'title' | 'website' | 'timeZone',
    path: string,
    label: string,
    hint?: string,
  ) => (
    <TextField
      label={label}
      value={form[name]}
      hint={hint}
      problem={problemWith(error, path)}
      change={(value) => set({ ...form, [name]: value })}
    />
  );
  return (
    <form class="settings" ref={first} onSubmit={(event) => void save(event)}>
      <div class="settings-fields">
        {page === undefined && text('slug', 'slug', t.pageName, t.pageNameHint)}
        {text('title', 'title', t.pageTitle)}
        {text('website', 'website', t.website, t.websiteHint)}
        {text('timeZone', 'time_zone', t.timeZone, t.timeZoneHint)}
        <LogoEntry
          hasLogo={page?.hasLogo === true}
          problem={problemWith(error, 'logo')}
          isRemoved={form.logo === null}
          change={(logo) => set({ ...form, logo })}
        />
      </div>
      {form.groups.map((group, index) => (
        <GroupEntry
          key={group.key}
          group={group}
          index={index}
          error={error}
          change={(part) => set(withGroupPart(form, group.key, part))}
          remove={
            form.groups.length === 1
              ? undefined
              : () => set({ ...form, groups: form.groups.filter((each) => each !== group) })
          }
        />
      ))}
      <div>
        <button type="button" class="button" onClick={() => set(withGroup(form))}>
          {t.addGroup}
        </button>
      </div>
      {rest !== undefined && (
        <p class="notice" role="alert">
          {rest}
        </p>
      )}
      <div class="question-end">
        <button type="button" class="button" onClick={cancel}>
          {t.cancel}
        </button>
        <button type="submit" class="button" data-kind="main" disabled={isUnderWay}>
          {t.saveSettings}
        </button>
      </div>
    </form>
  );
}

function groupPaths({ groups }: PageForm): readonly string[] {
  return groups.flatMap((_, index) => [`groups.${index}.title`, `groups.${index}.labels`]);
}

interface GroupEntryProps {
  readonly group: GroupForm;
  readonly index: number;
  readonly error: Error | undefined;
  readonly change: (part: Partial<GroupForm>) => void;
  /** Absent for the only one. */
  readonly remove: (() => void) | undefined;
}

function GroupEntry({ group, index, error, change, remove }: GroupEntryProps) {
  return (
    <fieldset class="settings-group">
      <legend>{t.groupOfNodes(index + 1)}</legend>
      <div class="settings-fields">
        <TextField
          label={t.groupTitle}
          value={group.title}
          problem={problemWith(error, `groups.${index}.title`)}
          change={(title) => change({ title })}
        />
        <TextField
          label={t.groupLabels}
          value={group.labels}
          lines={2}
          hint={t.groupLabelsHint}
          problem={problemWith(error, `groups.${index}.labels`)}
          change={(labels) => change({ labels })}
        />
      </div>
      {remove !== undefined && (
        <button type="button" class="plain" onClick={remove} aria-label={t.removeGroup(index + 1)}>
          {t.removeGroup(index + 1)}
        </button>
      )}
    </fieldset>
  );
}

interface LogoEntryProps {
  readonly hasLogo: boolean;
  readonly isRemoved: boolean;
  readonly problem: string | undefined;
  readonly change: (logo: string | null | undefined) => void;
}

function LogoEntry({ hasLogo, isRemoved, problem, change }: LogoEntryProps) {
  const choose = async (file: File | undefined): Promise<void> => {
    change(file === undefined ? undefined : await dataUrlOf(file));
  };
  return (
    <div>
      <Entry label={t.logo} hint={t.logoHint} problem={problem}>
        {(attributes) => (
          <input
            {...attributes}
            class="input"
            type="file"
            accept=".svg,.png,.webp,.jpg,.jpeg"
            onChange={({ currentTarget }) => void choose(currentTarget.files?.[0])}
          />
        )}
      </Entry>
      {hasLogo && (
        <label class="check small">
          <input
            type="checkbox"
            checked={isRemoved}
            onChange={({ currentTarget }) => change(currentTarget.checked ? null : undefined)}
          />
          {t.removeLogo}
        </label>
      )}
    </div>
  );
}
