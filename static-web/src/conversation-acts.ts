import { besideModels } from './beside-models.svelte';
import { readDraft, readDraftFiles, writeDraft, writeDraftFiles } from './features/composer/drafts';
import type { Acts } from './features/conversation/acts';
import type { Conversations } from './features/conversation/conversations';
import { models } from './features/model-picker/models.svelte';

/** What stands around the conversation. */
interface Around {
  /** The caret back in the composer. */
  focus(): void;
  fill(text: string): void;
  /** @param then What follows the choice. */
  chooseModel(then: () => void): void;
  goAdmin: ((path: string) => void) | null;
}

/** What a reader does in the conversation, with the models and the composer that it takes. */
export function conversationActs(conversations: Conversations, around: Around): Acts {
  const { focus, goAdmin } = around;
  const takeBack = () => stopOrTakeBack(conversations, around.fill);
  const acts: Acts = {
    retry: (answer, instruction, model = models.chosen ?? undefined) => {
      if (model) conversations.retry(answer, model, instruction);
      focus();
    },
    otherModel: (answer) => around.chooseModel(() => acts.retry(answer)),
    examine:
      goAdmin && ((connection) => goAdmin(`/admin/connections?test=${encodeURIComponent(connection)}`)),
    edit: (question, text) => {
      if (models.chosen) conversations.edit(question, text, models.chosen);
      focus();
    },
    editAnswer: (answer, text) => conversations.editAnswer(answer, text),
    remove: (message) => conversations.remove(message),
    quote: (text) => {
      const draft = readDraft(conversations.draftKey).trimEnd();
      around.fill(draft === '' ? text : `${draft}\n\n${text}`);
    },
    continueAnswer: conversations.stored
      ? (answer) => {
          if (models.chosen) conversations.continueAnswer(answer, models.chosen);
          focus();
        }
      : null,
    // Of answers side by side that wait for the network none is sent without the others.
    stop: (answer) => (answer.link === 'queued' ? takeBack() : conversations.stop(answer)),
    pick: (answer) => {
      conversations.pick(answer);
      if (models.list.some(({ id }) => id === answer.modelId)) models.choose(answer.modelId);
      besideModels.clear();
      focus();
    },
    switchTo: () => {},
    tryAgain: () => conversations.tryAgain(),
    takeBack,
    nameOf: (id) => models.list.find((model) => model.id === id)?.name ?? id,
  };
  return acts;
}

/** What could not be sent yet goes back to the composer, before what was written since; anything else is stopped. */
export function stopOrTakeBack(conversations: Conversations, fill: (text: string) => void): void {
  const queued = conversations.current?.messages.find(
    ({ state, link }) => state === 'streaming' && link === 'queued',
  );
  if (queued === undefined) return conversations.stop();
  const { draftKey } = conversations;
  const draft = readDraft(draftKey);
  writeDraft(draftKey, '');
  const back = conversations.takeBack(queued);
  if (back?.files.length)
    writeDraftFiles(conversations.draftKey, [...back.files, ...readDraftFiles(draftKey)]);
  fill([back?.text, draft].filter(Boolean).join('\n\n'));
}
