import type { Turn } from '../../server-api/turns';
import { saveModels } from '../../server-api/chats';
import type { Failure } from '../../server-api/failure';
import { announcer } from '../../shared/announcer/announcer.svelte';
import { t } from './turn-text';
import { preferences } from '../../shared/preferences/preferences.svelte';
import { chatNews } from '../../server-api/chat-news';
import { Chat, Message } from './chat.svelte';
import type { ModelRef, TakenBack } from './conversations';
import type { FollowedAnswers } from './followed-answers';
import { keptAnswers, unsentTurns, type UnsentTurn } from './kept-answers';
import { newPlace } from './new-place.svelte';
import { newSettings } from './new-settings.svelte';
import { giveBack } from './running-answer';

export interface SenderNeeds {
  answers: FollowedAnswers;
  /** Asks for the access code when that is what the failure means. @param unsent Takes back what was not sent. */
  isLost(failure: Failure, unsent: () => TakenBack | null): boolean;
  /** A question went back. A chat that it began is no more; another one shows again what it had in this place. */
  takenBack(chat: Chat): void;
  complain(text: string): void;
}

/** Begins turns: the messages are shown at once, and kept until the server has them. */
export class TurnSender {
  readonly #needs: SenderNeeds;

  constructor(needs: SenderNeeds) {
    this.#needs = needs;
  }

  /** Adds the reader's message below `above`, and an answer of each model. */
  ask(
    chat: Chat,
    above: Message[],
    parentId: string | null,
    { text, files }: TakenBack,
    models: ModelRef[],
  ): Message {
    const question = new Message({ role: 'user', text });
    question.parentId = parentId;
    question.raw.content = text;
    question.files = files;
    chat.byId.set(question.id, question);
    const answers = models.map((model) => newAnswer(chat, question.id, model));
    const [first, ...others] = answers as [Message, ...Message[]];
    chat.messages = [...above, question, first];
    chat.jumps++;
    const several = others.length > 0;
    const turn: Turn = {
      model: first.modelId,
      parent_id: parentId,
      user_message: { id: question.id, content: text, ...(files.length > 0 ? { files } : {}) },
      id: first.id,
    };
    chat.compared = null;
    if (several) {
      turn.user_message = {
        ...turn.user_message,
        id: question.id,
        content: text,
        models: answers.map(({ modelId }) => modelId),
      };
      turn.message_ids = answers.map(({ id, modelId }) => ({ model_id: modelId, message_id: id }));
      stand(chat, answers);
    }
    if (chat.id !== null) turn.chat_id = chat.id;
    else {
      if (preferences.value.titles) turn.background_tasks = { title_generation: true };
      chat.place = newPlace.take();
      if (chat.place !== null) turn.folder_id = chat.place.id;
      const settings = newSettings.take();
      if (settings !== null) {
        ({ system: chat.system, params: chat.params } = settings);
        turn.chat = settings;
      }
    }
    this.follow(chat, answers, turn);
    return question;
  }

  /** Another answer beside one that is there. */
  again(chat: Chat, answer: Message, model: ModelRef, instruction: string): void {
    const { compared } = chat;
    const unsent = unsentTurns.all().find(({ turn }) => turn.id === answer.id);
    if (unsent) {
      answer.model = model.name;
      answer.modelId = model.id;
      this.follow(chat, [answer], { ...unsent.turn, model: model.id });
      return;
    }
    if (chat.id === null || answer.parentId === null) return;
    const again = newAnswer(chat, answer.parentId, model);
    addSibling(chat, answer, again);
    if (compared?.includes(answer)) {
      chat.compared = compared.map((one) => (one === answer ? again : one));
      if (chat.messages.at(-1) === answer) chat.messages = [...chat.messages.slice(0, -1), again];
    } else {
      chat.messages = [...chat.messages.slice(0, chat.messages.indexOf(answer)), again];
      chat.jumps++;
    }
    const turn: Turn = { model: model.id, chat_id: chat.id, parent_id: answer.parentId, id: again.id };
    if (instruction !== '') turn.instruction = instruction;
    this.follow(chat, [again], turn);
  }

  /** Lets an answer go on with its text. */
  async goOn(chat: Chat, answer: Message, model: ModelRef): Promise<void> {
    // The server goes on after its own text: it must have all of ours before.
    const held = keptAnswers.read(answer.id);
    answer.state = 'streaming';
    if (!(await giveBack(answer, held))) {
      answer.state = 'interrupted';
      this.#needs.complain(t.answer_network());
      return;
    }
    answer.failure = null;
    this.follow(chat, [answer], {
      model: answer.modelId || model.id,
      chat_id: chat.id ?? '',
      parent_id: answer.parentId,
      id: answer.id,
      continue: true,
      sequence: answer.raw.content.length + answer.raw.reasoning.length,
    });
  }

  /** Sends a turn and stays with its answers. */
  follow(chat: Chat, answers: Message[], turn: Turn): void {
    const [answer] = answers as [Message];
    const unsent = { turn, modelName: answer.model, refused: null };
    unsentTurns.write(unsent);
    if (answers.length > 1) {
      announcer.say(t.announce_start_several({ count: answers.length }));
      void this.#needs.answers.runSeveral(chat, answers, turn).then((failure) => {
        if (failure !== null) this.#refused(chat, answers, unsent, failure);
      });
      return;
    }
    announcer.say(t.announce_start({ model: answer.model }));
    void this.#needs.answers.run(chat, answer, { turn }).then((end) => {
      if (end.kind === 'refused') this.#refused(chat, answers, unsent, end.failure);
      else keepCompared(chat, answer);
    });
  }

  /** A turn that is still in this tab after a reload: shown, and sent unless the server said no. */
  sendKept(chat: Chat, { turn, modelName, refused }: UnsentTurn): void {
    const added: Message[] = [];
    if (turn.user_message) {
      const { id, content, files = [] } = turn.user_message;
      const question = new Message({ id, role: 'user', text: content });
      question.parentId = turn.parent_id ?? null;
      question.files = files;
      added.push(question);
    }
    const asked = turn.message_ids ?? [{ message_id: turn.id, model_id: turn.model }];
    const answers = asked.map(({ message_id, model_id }) => {
      const model = message_id === turn.id ? modelName : model_id;
      const answer = new Message({ id: message_id, role: 'assistant', text: '', model, state: 'failed' });
      answer.modelId = model_id;
      answer.parentId = added[0]?.id ?? turn.parent_id ?? null;
      answer.failure = refused;
      return answer;
    });
    for (const message of [...added, ...answers]) chat.byId.set(message.id, message);
    chat.messages = [...chat.messages, ...added, answers[0] as Message];
    if (answers.length > 1) stand(chat, answers);
    if (refused === null) this.follow(chat, answers, turn);
  }

  /** Turns of this chat that the server never acknowledged to this tab. */
  adoptUnsent(chat: Chat): void {
    for (const unsent of unsentTurns.all()) {
      const { turn } = unsent;
      if (turn.chat_id !== chat.id || this.#needs.answers.has(turn.id)) continue;
      const stored = chat.messages.some(({ id }) => id === turn.id);
      const fits = chat.messages.at(-1)?.id === turn.parent_id;
      if (!stored && fits && !turn.continue) this.sendKept(chat, unsent);
      else if (stored || turn.continue) unsentTurns.remove(turn.id);
    }
  }

  #refused(chat: Chat, answers: Message[], unsent: UnsentTurn, failure: Failure): void {
    for (const answer of answers) {
      answer.state = unsent.turn.continue ? 'interrupted' : 'failed';
      answer.failure = failure;
    }
    if (unsent.turn.continue) unsentTurns.remove(unsent.turn.id);
    else unsentTurns.write({ ...unsent, refused: failure });
    if (chat.id !== null) chatNews.tell({ kind: 'running', id: chat.id, running: false });
    if (!this.#needs.isLost(failure, () => this.#takeBack(chat, unsent))) announcer.say(t.announce_failed());
  }

  /** A turn that the server has not got; null where there is nothing to take back. */
  takeBack(chat: Chat, answer: Message): TakenBack | null {
    const unsent = unsentTurns.all().find(({ turn }) => idsOf(turn).includes(answer.id));
    if (unsent === undefined || !this.#needs.answers.takeBack(answer.id)) return null;
    if (unsent.turn.continue) answer.state = 'interrupted';
    return this.#takeBack(chat, unsent);
  }

  /** The question leaves the chat and goes back to the composer, so that nothing is lost. */
  #takeBack(chat: Chat, { turn }: UnsentTurn): TakenBack | null {
    unsentTurns.remove(turn.id);
    if (turn.continue) return null;
    chat.messages = chat.messages.slice(0, turn.user_message ? -2 : -1);
    chat.compared = null;
    chat.version = null;
    if (turn.chat) newSettings.set(turn.chat);
    if (chat.id === null) newPlace.set(chat.place);
    this.#needs.takenBack(chat);
    const asked = turn.user_message;
    return asked ? { text: asked.content, files: asked.files ?? [] } : null;
  }
}

/** Of the answers that a turn asks for. */
const idsOf = ({ id, message_ids }: Turn) => message_ids?.map(({ message_id }) => message_id) ?? [id];

function newAnswer(chat: Chat, parentId: string, model: ModelRef): Message {
  const answer = new Message({ role: 'assistant', text: '', model: model.name, state: 'streaming' });
  answer.modelId = model.id;
  answer.parentId = parentId;
  chat.byId.set(answer.id, answer);
  return answer;
}

/** One of several was asked for anew: the server takes it for the only one from then on, unless it is told. */
function keepCompared(chat: Chat, answer: Message): void {
  const models = chat.compared?.includes(answer) ? chat.compared.map(({ modelId }) => modelId) : [];
  if (chat.id !== null && models.length > 1) void saveModels(chat.id, models);
}

/** Shows answers side by side. */
function stand(chat: Chat, answers: Message[]): void {
  const ids = answers.map(({ id }) => id);
  for (const answer of answers) answer.siblings = ids;
  chat.compared = answers;
}

export function addSibling(chat: Chat, old: Message, fresh: Message): void {
  const ids = [...(old.siblings.length > 0 ? old.siblings : [old.id]), fresh.id];
  for (const id of ids) {
    const message = chat.byId.get(id);
    if (message) message.siblings = ids;
  }
}
