import type { ConnectionChange } from '../../../server-api/connections';
import { t } from './connection-text';

/** A provider to begin with: it only fills in what can be known, everything can be changed. */
export interface Preset {
  id: string;
  name: string;
  about: string;
  fields: ConnectionChange;
  /** Of the base URL, where the reader has to complete it. */
  placeholder: string;
}

export function presets(): Preset[] {
  const openai = (base_url: string): ConnectionChange => ({ kind: 'openai', base_url });
  return [
    {
      id: 'openai',
      name: 'OpenAI',
      about: 'api.openai.com',
      fields: openai('https://api.openai.com/v1'),
      placeholder: 'https://api.openai.com/v1',
    },
    {
      id: 'azure',
      name: 'Azure OpenAI',
      about: t.preset_azure(),
      fields: { kind: 'azure', base_url: '' },
      placeholder: 'https://my-resource.openai.azure.com',
    },
    {
      id: 'ollama',
      name: 'Ollama',
      about: t.preset_ollama(),
      fields: { kind: 'ollama', base_url: 'http://localhost:11434', auth: 'none', connection_type: 'local' },
      placeholder: 'http://localhost:11434',
    },
    {
      id: 'anthropic',
      name: 'Anthropic',
      about: 'api.anthropic.com',
      fields: { kind: 'anthropic', base_url: 'https://api.anthropic.com' },
      placeholder: 'https://api.anthropic.com',
    },
    {
      id: 'google',
      name: 'Google',
      about: t.preset_google(),
      fields: openai('https://generativelanguage.googleapis.com/v1beta/openai'),
      placeholder: 'https://generativelanguage.googleapis.com/v1beta/openai',
    },
    {
      id: 'openrouter',
      name: 'OpenRouter',
      about: 'openrouter.ai',
      fields: openai('https://openrouter.ai/api/v1'),
      placeholder: 'https://openrouter.ai/api/v1',
    },
    {
      id: 'deepseek',
      name: 'DeepSeek',
      about: 'api.deepseek.com',
      fields: openai('https://api.deepseek.com/v1'),
      placeholder: 'https://api.deepseek.com/v1',
    },
    {
      id: 'other',
      name: t.preset_other_name(),
      about: t.preset_other(),
      fields: openai(''),
      placeholder: 'http://gpu.example.lan:8000/v1',
    },
  ];
}
