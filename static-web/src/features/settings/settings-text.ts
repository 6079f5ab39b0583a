import { files } from '../../messages/settings/files';
import { textPart } from '../../shared/language/language.svelte';

/** The texts of the settings, shortcuts and of moving chats. */
export const { t, ready } = textPart(files);
