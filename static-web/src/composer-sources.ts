import type { Suggestion, SuggestionSource } from './features/composer/suggestions';
import { find, ready } from './features/prompts/prompt-source';
import { t } from './shared/language/attachment-texts';
import type { Model } from './server-api/models';
import type { Prompt } from './server-api/prompts';

interface Acts {
  newChat(): void;
  chooseModel(): void;
  models: Model[];
  /** Asks for the blanks of a prompt, and puts its text into the composer. */
  openPrompt(prompt: Prompt): void;
}

/** What `/` and `@` offer in the composer: commands, prompts, and the models. */
export function composerSources({ newChat, chooseModel, models, openPrompt }: Acts): SuggestionSource[] {
  const commands: Suggestion[] = [
    { id: 'new', label: '/new', detail: t.command_new(), pick: newChat },
    { id: 'clear', label: '/clear', detail: t.command_clear(), pick: () => {}, clears: true },
    { id: 'model', label: '/model', detail: t.command_model(), pick: chooseModel },
  ];
  return [
    { trigger: '/', find: (query) => commands.filter(({ id }) => id.startsWith(query.toLowerCase())) },
    {
      trigger: '/',
      find: async (query) => {
        await ready();
        return find(`/${query}`).map(({ label, detail, insert, prompt }) => ({
          id: `prompt:${prompt.command}`,
          label,
          detail,
          pick: () => (insert.includes('{{') ? openPrompt(prompt) : insert),
        }));
      },
    },
    {
      trigger: '@',
      find: (query) => {
        const wanted = query.toLowerCase();
        const fitting = models.filter(({ id, name }) => `${id} ${name}`.toLowerCase().includes(wanted));
        return fitting.map(({ id, name, connection }) => ({
          id: `@${id}`,
          label: name,
          detail: connection,
          model: { id, name },
          pick: () => {},
        }));
      },
    },
  ];
}
