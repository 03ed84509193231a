import { useState } from 'preact/hooks';
import type { Api } from '../../../src/client/api/index.js';
import { useAction } from '../../daemon/action.js';
import { useSession } from '../../daemon/context.js';
import { matchersOf } from '../../daemon/matchers.js';
import { formatDuration } from '../../i18n/format.js';
import { t } from '../../i18n/messages.js';
import { Question, type Answers, type Field } from '../../parts/question.js';
import { SilenceQuestion, SPANS } from '../../parts/silence-question.js';
import { goTo, hrefTo } from '../../router.js';

interface NodeActionsProps {
  readonly node: Api.NodeWithCause;
  readonly changed: () => void;
}

type Asked = 'acknowledge' | 'pause' | 'silence' | 'delete';

/** What can be done about a node. */
export function NodeActions({ node, changed }: NodeActionsProps) {
  const { client } = useSession();
  const [asked, setAsked] = useState<Asked>();
  const action = useAction();
  const { error } = action;
  const { name } = node;

  const done = (): void => {
    setAsked(undefined);
    changed();
  };
  const act = async (call: () => Promise<unknown>): Promise<void> => {
    if (await action.act(call)) done();
  };
  const ask = (what: Asked): void => {
    action.forget();
    setAsked(what);
  };

  return (
    <div class="actions">
      {node.state === 'failed' &&
        (node.acknowledged === null ? (
          <Action text={t.acknowledge} act={() => ask('acknowledge')} isMain />
        ) : (
          <Action text={t.unacknowledge} act={() => void act(() => client.nodes.unacknowledge(name))} />
        ))}
      {node.paused ? (
        <Action text={t.resume} act={() => void act(() => client.nodes.resume(name))} />
      ) : (
        <Action text={t.pause} act={() => ask('pause')} />
      )}
      <Action text={t.silence} act={() => ask('silence')} />
      {node.declared !== true && <Action text={t.deleteNode} act={() => ask('delete')} isDangerous />}
      {error !== undefined && asked === undefined && (
        <p class="notice" role="alert">
          {error.message}
        </p>
      )}
      {asked === 'silence' && (
        <SilenceQuestion
          title={t.silenceOf(name)}
          matchers={matchersOf([name])}
          cancel={() => setAsked(undefined)}
          done={done}
        />
      )}
      {asked !== undefined && asked !== 'silence' && (
        <NodeQuestion
          asked={asked}
          node={node}
          error={error}
          cancel={() => setAsked(undefined)}
          answer={(answers) =>
            void act(async () => {
              const span = Number(answers['for'] ?? 0);
              const by = answers['by'] ?? '';
              const reason = answers['reason'] === '' ? undefined : answers['reason'];
              if (asked === 'acknowledge')
                await client.nodes.acknowledge(name, { by, ...(reason !== undefined && { reason }) });
              else if (asked === 'pause') await client.nodes.pause(name, span === 0 ? {} : { for: span });
              else {
                await client.nodes.forget(name);
                goTo(hrefTo(['nodes']));
              }
            })
          }
        />
      )}
    </div>
  );
}

interface ActionProps {
  readonly text: string;
  readonly act: () => void;
  readonly isMain?: boolean;
  readonly isDangerous?: boolean;
}

function Action({ text, act, isMain, isDangerous }: ActionProps) {
  return (
    <button
      type="button"
      class="button"
      data-kind={isMain === true ? 'main' : isDangerous === true ? 'danger' : undefined}
      onClick={act}
    >
      {text}
    </button>
  );
}

interface NodeQuestionProps {
  readonly asked: Exclude<Asked, 'silence'>;
  readonly node: Api.Node;
  readonly error: Error | undefined;
  readonly cancel: () => void;
  readonly answer: (answers: Answers) => void;
}

function NodeQuestion({ asked, node, ...others }: NodeQuestionProps) {
  const spans = SPANS.map((span) => ({ value: String(span / 1000), text: formatDuration(span) }));
  const by: Field = { name: 'by', label: t.yourName, isRequired: true };
  const reason: Field = { name: 'reason', label: t.reason };
  switch (asked) {
    case 'acknowledge':
      return (
        <Question
          title={t.acknowledgeOf(node.name)}
          text={t.acknowledgeMeans}
          fields={[by, reason]}
          yes={t.acknowledge}
          {...others}
        />
      );
    case 'pause':
      return (
        <Question
          title={t.pauseOf(node.name)}
          text={t.pauseMeans}
          fields={[
            { name: 'for', label: t.howLong, choices: [{ value: '0', text: t.untilResumed }, ...spans] },
          ]}
          yes={t.pause}
          {...others}
        />
      );
    case 'delete':
      return (
        <Question
          title={t.deleteOf(node.name)}
          text={t.deleteMeans}
          fields={[]}
          yes={t.deleteNode}
          isDangerous
          {...others}
        />
      );
  }
}
