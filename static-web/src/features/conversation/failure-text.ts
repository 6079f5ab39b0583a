import { files } from '../../messages/failures/files';
import { textPart } from '../../shared/language/language.svelte';

/** The texts of a failed answer: what to do about it. */
export const { t, ready } = textPart(files);
