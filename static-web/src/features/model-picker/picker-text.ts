import { files } from '../../messages/models/files';
import { textPart } from '../../shared/language/language.svelte';

/** The texts of the model picker, once it is open. */
export const { t, ready } = textPart(files);
